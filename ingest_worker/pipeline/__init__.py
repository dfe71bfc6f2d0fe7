"""From uploaded files to a published run, stage by stage."""
