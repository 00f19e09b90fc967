package io.holdfast.portable;

import io.holdfast.base.Entropy;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.portable.seal.SealedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A small portable file with something of everything.
final class Sample {
  static final SealKey.RawKey KEY = key(7);
  static final PortableOrigin ORIGIN =
      new PortableOrigin(
          "tenant",
          "account",
          "42",
          Instant.parse("2026-11-22T14:03:06.123Z"),
          "holdfast 0.1.0",
          "17.11",
          "00ff");
  static final List<Column> USERS =
      List.of(
          new Column("id", "integer"),
          new Column("e-mail \"x\"", "text"),
          new Column("active", "boolean"),
          new Column("balance", "numeric(12,2)"),
          new Column("ratio", "double precision"),
          new Column("photo", "bytea"),
          new Column("tags", "text[]"));
  static final List<List<@Nullable String>> ROWS =
      List.of(
          row("1", "ann@example.org", "t", "12.50", "0.1", "\\x89504e47", "{a,\"b c\"}"),
          row(
              "2",
              "\"quoted\"\\\n\t\u0001\u007f \u00e9\u4e2d\ud83d\ude00",
              "f",
              "0.00",
              "NaN",
              null,
              "{}"),
          row(null, null, null, null, null, null, null));

  private Sample() {}

  static SealKey.RawKey key(int fill) {
    byte[] bytes = new byte[32];
    Arrays.fill(bytes, (byte) fill);
    return new SealKey.RawKey(new SecretBytes(bytes));
  }

  static List<@Nullable String> row(@Nullable String... values) {
    List<@Nullable String> row = new ArrayList<>();
    for (String value : values) {
      row.add(value);
    }
    return row;
  }

  static Entropy entropy() {
    return Seeds.entropy(1);
  }

  static byte[] tar() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    write(out);
    return out.toByteArray();
  }

  static PortableWriter.Written write(java.io.OutputStream out) throws IOException {
    PortableWriter writer =
        new PortableWriter(out, ORIGIN, new Spool(Path.of("target"), entropy()));
    try (TableWriter users = writer.table("users", new TableName("public", "users"), USERS)) {
      for (List<@Nullable String> row : ROWS) {
        users.row(row);
      }
      users.finish();
    }
    byte[] song = "la la la".getBytes(StandardCharsets.UTF_8);
    writer.asset("audio", "../r\u00e4tsel/a.mp3", song.length, new ByteArrayInputStream(song));
    try (TableWriter empty =
        writer.table(
            "auditLogs",
            new TableName("public", "Audit Logs"),
            List.of(new Column("id", "bigint")))) {
      empty.finish();
    }
    writer.asset("audio", "empty", 0, new ByteArrayInputStream(new byte[0]));
    writer.reference(
        new ReferencedRows(
            new TableName("public", "countries"),
            List.of("code"),
            List.of(new Row(row("CH")), new Row(row((String) null)))));
    writer.sequence(new SequenceValue(new TableName("public", "users_id_seq"), 2, true));
    return writer.finish();
  }

  static byte[] sealed(byte[] plain, SealKey key, Entropy entropy) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (SealedOutputStream sealed = new SealedOutputStream(out, key, entropy)) {
      sealed.write(plain);
      sealed.finish();
    }
    return out.toByteArray();
  }

  /// All rows of a file by table, verified.
  static Map<String, List<Row>> rows(Path directory, byte[] file, @Nullable SealKey key)
      throws IOException {
    Path path = directory.resolve("file");
    Files.write(path, file);
    Map<String, List<Row>> rows = new LinkedHashMap<>();
    try (PortableReader reader = PortableReader.open(path, key, PortableReading.plain())) {
      for (ExportedTable table : reader.manifest().tables()) {
        List<Row> all = new ArrayList<>();
        reader.readTable(table, all::add);
        rows.put(table.name(), all);
      }
      for (ExportedAsset asset : reader.manifest().assets()) {
        reader.copyAsset(asset, java.io.OutputStream.nullOutputStream());
      }
    }
    return rows;
  }
}
