{{ xdm_events("events", "events") }}
