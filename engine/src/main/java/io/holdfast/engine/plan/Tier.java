package io.holdfast.engine.plan;

import java.util.Locale;

/// What an account of an application has paid for.
public enum Tier {
  FREE,
  STARTER,
  PROFESSIONAL,
  ENTERPRISE;

  /// As it is written.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
