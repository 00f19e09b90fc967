package io.holdfast.portable;

import io.holdfast.portable.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes `holdfast.json` and `manifest.json`.
final class ManifestText {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private ManifestText() {}

  static String time(Instant instant) {
    return TIME.format(instant);
  }

  /// The first entry: one line.
  static byte[] header(String id, PortableOrigin origin) {
    String text =
        "{\"format\":\""
            + Manifest.FORMAT
            + "\",\"version\":"
            + Manifest.VERSION
            + field("id", id)
            + field("kind", origin.kind())
            + field("createdAt", time(origin.createdAt()))
            + field("tool", origin.tool())
            + "}\n";
    return JsonText.utf8(text);
  }

  static byte[] sum(String sha256) {
    return JsonText.utf8(sha256 + "  " + PortableNames.MANIFEST + "\n");
  }

  /// Writes the manifest, a line for each thing.
  static void write(Manifest manifest, OutputStream out) throws IOException {
    PortableOrigin origin = manifest.origin();
    String head =
        "{\"format\":\""
            + Manifest.FORMAT
            + "\",\"version\":"
            + Manifest.VERSION
            + field("id", manifest.id())
            + field("kind", origin.kind())
            + field("scope", origin.scope())
            + field("scopeId", origin.scopeId())
            + field("createdAt", time(origin.createdAt()))
            + field("tool", origin.tool())
            + field("serverVersion", origin.serverVersion())
            + field("schemaFingerprint", origin.schemaFingerprint());
    out.write(JsonText.utf8(head));
    lines(out, "tables", manifest.tables(), ManifestText::table);
    lines(out, "assets", manifest.assets(), ManifestText::asset);
    lines(out, "references", manifest.references(), ManifestText::reference);
    lines(out, "sequences", manifest.sequences(), ManifestText::sequence);
    out.write(JsonText.utf8("\n}\n"));
  }

  private static <T> void lines(
      OutputStream out, String name, List<T> items, Function<T, String> text) throws IOException {
    out.write(JsonText.utf8(",\n\"" + name + "\":["));
    String separator = "\n";
    for (T item : items) {
      out.write(JsonText.utf8(separator + text.apply(item)));
      separator = ",\n";
    }
    out.write(JsonText.utf8("]"));
  }

  private static String table(ExportedTable table) {
    String columns =
        table.columns().stream()
            .map(column -> "{" + first("name", column.name()) + field("type", column.type()) + "}")
            .collect(Collectors.joining(","));
    return "{"
        + first("name", table.name())
        + field("schema", table.table().schema())
        + field("table", table.table().name())
        + field("file", table.file())
        + ",\"columns\":["
        + columns
        + "],\"records\":"
        + table.records()
        + ",\"bytes\":"
        + table.bytes()
        + field("sha256", table.sha256())
        + field("rowSum", table.rowSum())
        + "}";
  }

  private static String asset(ExportedAsset asset) {
    return "{"
        + first("group", asset.group())
        + field("name", asset.name())
        + field("file", asset.file())
        + ",\"bytes\":"
        + asset.bytes()
        + field("sha256", asset.sha256())
        + "}";
  }

  private static String reference(ReferencedRows rows) {
    return "{"
        + first("schema", rows.table().schema())
        + field("table", rows.table().name())
        + ",\"columns\":"
        + texts(rows.columns())
        + ",\"keys\":["
        + rows.keys().stream().map(key -> texts(key.values())).collect(Collectors.joining(","))
        + "]}";
  }

  private static String sequence(SequenceValue value) {
    return "{"
        + first("schema", value.sequence().schema())
        + field("name", value.sequence().name())
        + field("value", Long.toString(value.value()))
        + ",\"called\":"
        + value.called()
        + "}";
  }

  private static String texts(List<? extends @Nullable String> values) {
    StringBuilder out = new StringBuilder("[");
    for (String value : values) {
      out.append(out.length() == 1 ? "" : ",").append(value(value));
    }
    return out.append(']').toString();
  }

  private static String first(String name, String value) {
    return "\"" + name + "\":" + value(value);
  }

  private static String field(String name, @Nullable String value) {
    return ",\"" + name + "\":" + value(value);
  }

  private static String value(@Nullable String value) {
    return value == null ? "null" : JsonText.quoted(value);
  }
}
