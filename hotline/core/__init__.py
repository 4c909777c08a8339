"""What every app leans on and no app of the domain: access rules, live updates, the audit trail, components."""
