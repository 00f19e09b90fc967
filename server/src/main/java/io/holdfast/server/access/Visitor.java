package io.holdfast.server.access;

/// Who makes a request.
public sealed interface Visitor permits Caller, AccountCaller {
  /// For people and the audit log.
  String name();

  /// What it may reach is decided by this first, whatever else it may do.
  String authority();
}
