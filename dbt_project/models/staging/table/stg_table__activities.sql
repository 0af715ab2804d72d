{{ xdm_events("table", "activity") }}
