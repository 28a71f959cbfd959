{{ config(tags=['series']) }}

{{ series_members(ref('fct_watch_filing'), ref('bridge_invention_technology')) }}
