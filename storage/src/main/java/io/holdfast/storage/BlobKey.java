package io.holdfast.storage;

/// The name of a blob: segments of `a-z A-Z 0-9 . _ -` joined by `/`, none of them empty, `.` or
/// `..` or longer than 255 characters, at most 512 characters in all. The narrow alphabet is what
/// every store and file system takes without escaping.
public record BlobKey(String value) implements Comparable<BlobKey> {
  public static final int LENGTH_MAX = 512;
  public static final int SEGMENT_LENGTH_MAX = 255;

  public BlobKey {
    String problem = problem(value);
    if (!problem.isEmpty()) {
      throw new IllegalArgumentException(problem);
    }
  }

  /// Whether a name that was found somewhere is a key.
  public static boolean isKey(String name) {
    return problem(name).isEmpty();
  }

  /// Checks a prefix of [BlobStore#list]: empty, or a key followed by `/`.
  public static void requirePrefix(String prefix) {
    if (!prefix.isEmpty()
        && !(prefix.endsWith("/") && isKey(prefix.substring(0, prefix.length() - 1)))) {
      throw new IllegalArgumentException("bad prefix '" + prefix + "': empty or a key and '/'");
    }
  }

  private static String problem(String value) {
    if (value.isEmpty() || value.length() > LENGTH_MAX) {
      return "a blob key has 1 to " + LENGTH_MAX + " characters, not " + value.length();
    }
    for (String segment : value.split("/", -1)) {
      if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
        return "bad segment in blob key '" + value + "'";
      }
      if (segment.length() > SEGMENT_LENGTH_MAX) {
        return "a segment of blob key '" + value + "' is longer than " + SEGMENT_LENGTH_MAX;
      }
    }
    return value.chars().allMatch(c -> isAllowed((char) c))
        ? ""
        : "bad character in blob key '" + value + "'";
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
