package io.holdfast.storage;

/// The name of a blob: segments of `a-z A-Z 0-9 . _ -` joined by `/`, none of them empty, `.` or
/// `..`, at most 512 characters in all. The narrow alphabet is what every store and file system
/// takes without escaping.
public record BlobKey(String value) implements Comparable<BlobKey> {
  public static final int LENGTH_MAX = 512;

  public BlobKey {
    if (value.isEmpty() || value.length() > LENGTH_MAX) {
      throw new IllegalArgumentException("a blob key has 1 to " + LENGTH_MAX + " characters");
    }
    for (String segment : value.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        throw new IllegalArgumentException("bad segment in blob key '" + value + "'");
      }
    }
    for (int i = 0; i < value.length(); i++) {
      if (!isAllowed(value.charAt(i))) {
        throw new IllegalArgumentException("bad character in blob key '" + value + "'");
      }
    }
  }

  private static boolean isAllowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '_'
        || c == '-'
        || c == '/';
  }

  @Override
  public int compareTo(BlobKey other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
