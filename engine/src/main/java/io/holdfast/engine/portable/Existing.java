package io.holdfast.engine.portable;

/// What becomes of a file that is there already.
public enum Existing {
  REFUSE,
  REPLACE
}
