package io.holdfast.portable;

import io.holdfast.portable.json.JsonPull;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads `holdfast.json` and `manifest.json`, which may be anything. *Confined*.
final class ManifestParser {
  private static final int TEXT_BYTES_MAX = 1 << 16;
  private static final int COLUMNS_MAX = 1664;
  private static final int VERSION_MAX = 1 << 20;

  private final List<ExportedTable> tables = new ArrayList<>();
  private final List<ExportedAsset> assets = new ArrayList<>();
  private final List<ReferencedRows> references = new ArrayList<>();
  private final List<SequenceValue> sequences = new ArrayList<>();
  private final Set<String> names = new HashSet<>();
  private final JsonPull in;

  private ManifestParser(InputStream in) {
    this.in = new JsonPull(in, "its manifest", TEXT_BYTES_MAX);
  }

  /// Refuses what another version wrote, and what is none of ours. A newer version may have more
  /// fields, but begins with these two.
  static void requireReadable(InputStream header) throws IOException {
    JsonPull in = new JsonPull(header, "its " + PortableNames.HEADER, TEXT_BYTES_MAX);
    in.beginObject();
    if (!"format".equals(in.nextName(0)) || !in.text().equals(Manifest.FORMAT)) {
      throw in.damaged("does not say that this is a portable file");
    }
    if (!"version".equals(in.nextName(1))) {
      throw in.damaged("does not say which version this is");
    }
    long version = in.count();
    if (version > Manifest.VERSION) {
      throw PortableFileException.tooNew((int) Math.min(version, VERSION_MAX));
    }
    if (version < Manifest.VERSION) {
      throw in.damaged("says that this is version " + version);
    }
  }

  static Manifest parse(InputStream in) throws IOException {
    return new ManifestParser(in).manifest();
  }

  private Manifest manifest() throws IOException {
    Fields fields =
        new Fields()
            .texts("format", "id", "kind", "createdAt", "tool")
            .counts("version")
            .textsOrNull("scope", "scopeId", "serverVersion", "schemaFingerprint")
            .all(items(in -> tables.add(table(in))), "tables")
            .all(items(in -> assets.add(asset(in))), "assets")
            .all(items(in -> references.add(reference(in))), "references")
            .all(items(in -> sequences.add(sequence(in))), "sequences")
            .read(in);
    in.end();
    boolean ours =
        fields.text("format").equals(Manifest.FORMAT)
            && fields.count("version") == Manifest.VERSION
            && fields.text("id").matches("[0-9a-f]{32}");
    if (!ours) {
      throw in.damaged("is of another format or version than " + PortableNames.HEADER);
    }
    return new Manifest(fields.text("id"), origin(fields), tables, assets, references, sequences);
  }

  private PortableOrigin origin(Fields fields) {
    Instant createdAt;
    try {
      createdAt = Instant.parse(fields.text("createdAt"));
    } catch (DateTimeException _) {
      throw in.damaged("has no time where it was created");
    }
    if (!ManifestText.time(createdAt).equals(fields.text("createdAt"))
        || !fields.text("kind").matches("[a-z][a-z-]{0,31}")
        || fields.text("tool").length() > 200) {
      throw in.damaged("has a bad origin");
    }
    return new PortableOrigin(
        fields.text("kind"),
        fields.textOrNull("scope"),
        fields.textOrNull("scopeId"),
        createdAt,
        fields.text("tool"),
        fields.textOrNull("serverVersion"),
        fields.textOrNull("schemaFingerprint"));
  }

  /// Reads one item and keeps it.
  @FunctionalInterface
  private interface Item {
    boolean read(JsonPull in) throws IOException;
  }

  private static Fields.Value items(Item item) {
    return in -> {
      in.beginArray();
      for (int i = 0; in.hasNext(i); i = 1) {
        item.read(in);
      }
      return true;
    };
  }

  private ExportedTable table(JsonPull in) throws IOException {
    List<Column> columns = new ArrayList<>();
    Fields fields =
        new Fields()
            .texts("name", "schema", "table", "file", "sha256", "rowSum")
            .counts("records", "bytes")
            .all(items(i -> columns.add(column(i, columns.size()))), "columns")
            .read(in);
    String name = fields.text("name");
    long columnNames = columns.stream().map(Column::name).distinct().count();
    if (!PortableNames.isPlain(name)
        || !fields.text("file").equals(PortableNames.ofTable(name))
        || !names.add("data/" + name.toLowerCase(Locale.ROOT))
        || !Sha256.isHex(fields.text("sha256"))
        || !Sha256.isHex(fields.text("rowSum"))
        || columnNames != columns.size()) {
      throw in.damaged("has a bad entry for table " + io.holdfast.base.Quoted.of(name));
    }
    return new ExportedTable(
        name,
        new TableName(fields.text("schema"), fields.text("table")),
        columns,
        fields.count("records"),
        fields.count("bytes"),
        fields.text("sha256"),
        fields.text("rowSum"));
  }

  private static Column column(JsonPull in, int before) throws IOException {
    if (before >= COLUMNS_MAX) {
      throw in.damaged("has a table of more than " + COLUMNS_MAX + " columns");
    }
    Fields fields = new Fields().texts("name", "type").read(in);
    return new Column(fields.text("name"), fields.text("type"));
  }

  private ExportedAsset asset(JsonPull in) throws IOException {
    Fields fields = new Fields().texts("group", "name", "file", "sha256").counts("bytes").read(in);
    String group = fields.text("group");
    String name = fields.text("name");
    if (!PortableNames.isPlain(group)
        || !PortableNames.isAssetName(name)
        || !fields.text("file").equals(PortableNames.ofAsset(group, name))
        || !names.add(fields.text("file"))
        || !Sha256.isHex(fields.text("sha256"))) {
      throw in.damaged("has a bad entry for asset " + io.holdfast.base.Quoted.of(name));
    }
    return new ExportedAsset(group, name, fields.count("bytes"), fields.text("sha256"));
  }

  private ReferencedRows reference(JsonPull in) throws IOException {
    List<String> columns = new ArrayList<>();
    List<Row> keys = new ArrayList<>();
    Fields fields =
        new Fields()
            .texts("schema", "table")
            .all(items(i -> columns.add(i.text())), "columns")
            .all(items(i -> keys.add(key(i))), "keys")
            .read(in);
    if (keys.stream().anyMatch(key -> key.values().size() != columns.size())) {
      throw in.damaged("has a key with other columns than it says");
    }
    return new ReferencedRows(
        new TableName(fields.text("schema"), fields.text("table")), columns, keys);
  }

  private static Row key(JsonPull in) throws IOException {
    List<@Nullable String> values = new ArrayList<>();
    in.beginArray();
    for (int i = 0; in.hasNext(i); i = 1) {
      values.add(in.textOrNull());
    }
    return new Row(values);
  }

  private SequenceValue sequence(JsonPull in) throws IOException {
    Fields fields =
        new Fields().texts("schema", "name", "value").all(JsonPull::bool, "called").read(in);
    String digits = fields.text("value");
    try {
      long value = Long.parseLong(digits);
      if (Long.toString(value).equals(digits)) {
        return new SequenceValue(
            new TableName(fields.text("schema"), fields.text("name")),
            value,
            fields.value("called", Boolean.class));
      }
    } catch (NumberFormatException _) {
      // Refused below, as any other text that is no number.
    }
    throw in.damaged("has no number where a sequence stands");
  }
}
