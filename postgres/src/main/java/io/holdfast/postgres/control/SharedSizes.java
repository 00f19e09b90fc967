package io.holdfast.postgres.control;

/// The settings that a server in recovery must not have lower than the server whose WAL it replays.
/// Their names in PostgreSQL: `max_connections`, `max_worker_processes`, `max_wal_senders`,
/// `max_prepared_transactions`, `max_locks_per_transaction`.
public record SharedSizes(
    int connections,
    int workerProcesses,
    int walSenders,
    int preparedTransactions,
    int locksPerTransaction) {
  /// What a server uses where nothing is configured.
  public static final SharedSizes DEFAULTS = new SharedSizes(100, 8, 10, 0, 64);
}
