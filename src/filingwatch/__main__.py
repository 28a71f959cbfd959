from filingwatch.cli import main

main()
