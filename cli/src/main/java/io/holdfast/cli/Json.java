package io.holdfast.cli;

import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes values as JSON text: maps (in their order), collections, text, numbers, booleans,
/// instants, optionals (absent = null).
final class Json {
  private Json() {}

  static String write(@Nullable Object value) {
    StringBuilder out = new StringBuilder();
    append(out, value, 0);
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value, int depth) {
    switch (value) {
      case null -> out.append("null");
      case Optional<?> optional -> append(out, optional.orElse(null), depth);
      case Map<?, ?> map -> appendMap(out, map, depth);
      case Collection<?> items -> appendItems(out, items, depth);
      case Boolean bool -> out.append(bool.booleanValue());
      case Double number -> out.append(Double.isFinite(number) ? number.toString() : "null");
      case Number number -> out.append(number);
      case Instant instant -> appendText(out, instant.toString());
      default -> appendText(out, value.toString());
    }
  }

  private static void appendMap(StringBuilder out, Map<?, ?> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    out.append('{');
    Iterator<? extends Map.Entry<?, ?>> entries = map.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<?, ?> entry = entries.next();
      newLine(out, depth + 1);
      appendText(out, String.valueOf(entry.getKey()));
      out.append(": ");
      append(out, entry.getValue(), depth + 1);
      if (entries.hasNext()) {
        out.append(',');
      }
    }
    newLine(out, depth);
    out.append('}');
  }

  private static void appendItems(StringBuilder out, Collection<?> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    Iterator<?> iterator = items.iterator();
    while (iterator.hasNext()) {
      newLine(out, depth + 1);
      append(out, iterator.next(), depth + 1);
      if (iterator.hasNext()) {
        out.append(',');
      }
    }
    newLine(out, depth);
    out.append(']');
  }

  private static void newLine(StringBuilder out, int depth) {
    out.append('\n').append("  ".repeat(depth));
  }

  private static void appendText(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
            out.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
