package io.holdfast.files;

import java.util.Arrays;

/// One extended attribute. Immutable.
public final class ExtendedAttribute {
  private final byte[] name;
  private final byte[] value;

  public ExtendedAttribute(byte[] name, byte[] value) {
    this.name = name.clone();
    this.value = value.clone();
  }

  /// With its name space, for example `user.mime_type`.
  public byte[] name() {
    return name.clone();
  }

  public byte[] value() {
    return value.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ExtendedAttribute that
        && Arrays.equals(name, that.name)
        && Arrays.equals(value, that.value);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(name) + Arrays.hashCode(value);
  }

  @Override
  public String toString() {
    return PathText.of(name);
  }
}
