"""Pure decisions: standard library only, no AWS client, no environment, no clock."""
