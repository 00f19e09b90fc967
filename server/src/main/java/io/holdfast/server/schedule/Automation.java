package io.holdfast.server.schedule;

/// Whether this server carries out schedules by itself. `ENABLE_SCHEDULED_BACKUPS` says it, and
/// nobody can say otherwise while the server runs.
public enum Automation {
  ENABLED,
  DISABLED
}
