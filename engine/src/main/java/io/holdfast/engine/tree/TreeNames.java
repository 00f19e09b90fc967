package io.holdfast.engine.tree;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.Locale;

/// Names as they stand in trees.
public final class TreeNames {
  /// The order of a tree: by UTF-8 bytes.
  public static final Comparator<String> ORDER =
      (a, b) ->
          Arrays.compareUnsigned(
              a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

  private TreeNames() {}

  /// A name as one segment of a path: what cannot stand there is written as `%` and two digits.
  public static String encoded(String name) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain = c > ' ' && c != '/' && c != '%' && c != 0x7f && (c != '.' || i > 0);
      out.append(plain ? Character.toString(c) : String.format(Locale.ROOT, "%%%02x", (int) c));
    }
    return out.toString();
  }

  /// The name that was [#encoded].
  public static String decoded(String segment) {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < segment.length(); i++) {
      char c = segment.charAt(i);
      if (c == '%' && i + 2 < segment.length()) {
        out.append((char) HexFormat.fromHexDigits(segment, i + 1, i + 3));
        i += 2;
      } else {
        out.append(c);
      }
    }
    return out.toString();
  }
}
