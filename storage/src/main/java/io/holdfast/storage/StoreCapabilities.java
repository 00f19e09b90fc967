package io.holdfast.storage;

/// What a store enforces; emulation does not count.
///
/// @param putIfAbsent the store itself refuses a second put of a key, for writers on any host
/// @param durable a returned put survives a loss of power
/// @param sharedBetweenHosts several hosts may write at once
/// @param remark for people: what was found, empty if there is nothing to say
public record StoreCapabilities(
    Support putIfAbsent, Support durable, Support sharedBetweenHosts, String remark) {
  /// Whether something holds.
  public enum Support {
    YES,
    NO
  }
}
