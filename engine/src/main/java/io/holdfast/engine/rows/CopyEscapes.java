package io.holdfast.engine.rows;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How `COPY` text writes what would end a value or a row.
public final class CopyEscapes {
  private CopyEscapes() {}

  /// What a byte behind a backslash stands for, of those that servers write.
  public static byte meaning(byte escaped) {
    return switch (escaped) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'v' -> 0x0b;
      default -> escaped;
    };
  }

  /// A row as a server writes it, with its line feed.
  public static byte[] line(List<@Nullable String> values) {
    StringBuilder out = new StringBuilder();
    String separator = "";
    for (String value : values) {
      out.append(separator);
      separator = "\t";
      if (value == null) {
        out.append("\\N");
      } else {
        append(out, value);
      }
    }
    return out.append('\n').toString().getBytes(StandardCharsets.UTF_8);
  }

  private static void append(StringBuilder out, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case 0x0b -> out.append("\\v");
        case '\\' -> out.append("\\\\");
        default -> out.append(c);
      }
    }
  }
}
