package io.holdfast.engine.tenant;

import io.holdfast.engine.tenant.Erasure.Extent;
import io.holdfast.engine.tenant.Erasure.Origin;
import io.holdfast.engine.tenant.Erasure.Withdrawal;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.repository.codec.RecordReader;
import io.holdfast.repository.codec.RecordWriter;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.ErasedRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.TreeMap;

/// One object below `erased/`, as `docs/format/erasures.md` describes it.
sealed interface ErasureRecord {
  /// A scope map that erasures refer to.
  record OfMap(String text) implements ErasureRecord {}

  /// Rows were erased.
  record OfErasure(Erasure erasure) implements ErasureRecord {}

  /// An erasure counts no more.
  record OfWithdrawal(String erasure, Withdrawal withdrawal) implements ErasureRecord {}

  int VERSION = 1;
  int TEXT_BYTES_MAX = 16 << 10;
  int MAP_BYTES_MAX = 2 << 20;
  int COLUMNS_MAX = 32;
  int MAP = 1;
  int ERASURE = 2;
  int WITHDRAWAL = 3;

  default byte[] encode() {
    RecordWriter out = new RecordWriter().u8(VERSION);
    switch (this) {
      case OfMap(String text) -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > MAP_BYTES_MAX) {
          throw Erasures.bad("the scope map is too large to be kept with an erasure", "");
        }
        out.u8(MAP).u32(bytes.length).raw(bytes);
      }
      case OfErasure(Erasure erasure) -> {
        out.u8(ERASURE).u64(Math.max(0, erasure.at().toEpochMilli()));
        text(out, erasure.by(), erasure.reason());
        text(out, erasure.origin().source(), erasure.origin().database());
        text(out, erasure.origin().identity().orElse(""), erasure.scope(), erasure.tenant());
        out.u8(erasure.extent() == Extent.TENANT ? 1 : 2);
        text(out, erasure.row().table().schema(), erasure.row().table().name());
        out.u32(erasure.key().size());
        erasure.key().forEach((column, value) -> text(out, column, value));
        text(out, erasure.map());
      }
      case OfWithdrawal(String erasure, Withdrawal withdrawal) -> {
        out.u8(WITHDRAWAL).u64(Math.max(0, withdrawal.at().toEpochMilli()));
        text(out, withdrawal.by(), withdrawal.reason(), erasure);
      }
    }
    return out.toBytes();
  }

  private static void text(RecordWriter out, String... texts) {
    for (String text : texts) {
      out.text(text, TEXT_BYTES_MAX, "what an erasure says");
    }
  }

  /// @throws CorruptRepositoryException if this program cannot read it
  static ErasureRecord decode(String id, byte[] bytes) {
    RecordReader in = new RecordReader(bytes, "erased/" + id);
    if (in.u8() != VERSION) {
      throw in.damaged("has a version that is not known: it needs a newer program");
    }
    ErasureRecord record =
        switch (in.u8()) {
          case MAP ->
              new OfMap(new String(in.raw(in.count(MAP_BYTES_MAX)), StandardCharsets.UTF_8));
          case ERASURE -> new OfErasure(erasure(id, in));
          case WITHDRAWAL -> {
            Instant at = in.instantMillis();
            String by = text(in);
            String reason = text(in);
            yield new OfWithdrawal(text(in), new Withdrawal(at, by, reason));
          }
          default -> throw in.damaged("is of a kind that is not known: it needs a newer program");
        };
    in.end();
    return record;
  }

  private static Erasure erasure(String id, RecordReader in) {
    Instant at = in.instantMillis();
    String by = text(in);
    String reason = text(in);
    String source = text(in);
    String database = text(in);
    String identity = text(in);
    String scope = text(in);
    String tenant = text(in);
    Extent extent =
        switch (in.u8()) {
          case 1 -> Extent.TENANT;
          case 2 -> Extent.ROW;
          default -> throw in.damaged("says neither a tenant nor a row");
        };
    QualifiedName table = new QualifiedName(text(in), text(in));
    TreeMap<String, String> key = new TreeMap<>();
    for (int i = in.count(COLUMNS_MAX); i > 0; i--) {
      key.put(text(in), text(in));
    }
    if (key.isEmpty()) {
      throw in.damaged("names no row");
    }
    return new Erasure(
        id,
        at,
        by,
        reason,
        new Origin(source, database, identity.isEmpty() ? Optional.empty() : Optional.of(identity)),
        scope,
        tenant,
        extent,
        new ErasedRow(table, key),
        text(in),
        Optional.empty());
  }

  private static String text(RecordReader in) {
    return in.text(TEXT_BYTES_MAX);
  }
}
