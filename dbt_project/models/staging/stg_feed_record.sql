{{ newest_records() }}
