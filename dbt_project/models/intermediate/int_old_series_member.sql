{{ config(tags=['series']) }}

{{ series_members(ref('int_old_watch_filing'), ref('int_old_invention_technology')) }}
