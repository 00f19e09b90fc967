package io.holdfast.repository.tree;

import java.nio.charset.StandardCharsets;

/// The rules for paths, for writers and for what a repository claims.
final class TreePaths {
  static final int PATH_BYTES_MAX = 4096;

  private TreePaths() {}

  /// @throws IllegalArgumentException if the path is not relative and plain
  static void require(String path) {
    requireText(path, PATH_BYTES_MAX);
    int from = 0;
    while (true) {
      int slash = path.indexOf('/', from);
      int to = slash < 0 ? path.length() : slash;
      int length = to - from;
      boolean dots =
          length > 0 && length <= 2 && path.charAt(from) == '.' && path.charAt(to - 1) == '.';
      if (length == 0 || dots) {
        throw new IllegalArgumentException("bad segment in path '" + path + "'");
      }
      if (slash < 0) {
        return;
      }
      from = slash + 1;
    }
  }

  /// @throws IllegalArgumentException if the text holds a NUL, is not Unicode or is too long
  static void requireText(String text, int bytesMax) {
    long bytes = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException("NUL in '" + text + "'");
      }
      if (Character.isSurrogate(c)) {
        if (!Character.isHighSurrogate(c)
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw new IllegalArgumentException("half a character in '" + text + "'");
        }
        i++;
        bytes += 4;
      } else {
        bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
      }
    }
    if (bytes > bytesMax) {
      throw new IllegalArgumentException("text of " + bytes + " bytes, the limit is " + bytesMax);
    }
  }

  /// The order of the UTF-8 bytes.
  static int compare(String a, String b) {
    int common = Math.min(a.length(), b.length());
    for (int i = 0; i < common; i++) {
      char x = a.charAt(i);
      char y = b.charAt(i);
      if (x != y) {
        boolean beyond = Character.isSurrogate(x);
        if (beyond != Character.isSurrogate(y)) {
          return beyond ? 1 : -1;
        }
        return x - y;
      }
    }
    return a.length() - b.length();
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
