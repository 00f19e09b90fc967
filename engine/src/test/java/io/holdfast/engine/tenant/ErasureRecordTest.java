package io.holdfast.engine.tenant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.engine.tenant.Erasure.Extent;
import io.holdfast.engine.tenant.Erasure.Origin;
import io.holdfast.engine.tenant.Erasure.Withdrawal;
import io.holdfast.engine.tenant.ErasureRecord.OfErasure;
import io.holdfast.engine.tenant.ErasureRecord.OfMap;
import io.holdfast.engine.tenant.ErasureRecord.OfWithdrawal;
import io.holdfast.repository.CorruptRepositoryException;
import io.holdfast.tenant.catalog.QualifiedName;
import io.holdfast.tenant.restore.ErasedRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/// Records of erasures as they are stored.
class ErasureRecordTest {
  private static final Instant AT = Instant.ofEpochMilli(1767225600000L);
  private static final String ID = "ffeeddccbbaa99887766554433221100";

  private static Erasure erasure(Extent extent, Optional<String> identity) {
    return new Erasure(
        ID,
        AT,
        "officer",
        "request 17",
        new Origin("main", "app", identity),
        "account",
        "1",
        extent,
        new ErasedRow(new QualifiedName("public", "clients"), new TreeMap<>(Map.of("id", "a"))),
        "00112233445566778899aabbccddeeff",
        Optional.empty());
  }

  private static final List<ErasureRecord> ALL =
      List.of(
          new OfMap("kind: Scope\n"),
          new OfErasure(erasure(Extent.ROW, Optional.of("7/5"))),
          new OfErasure(erasure(Extent.TENANT, Optional.empty())),
          new OfWithdrawal(ID, new Withdrawal(AT, "officer", "wrong one")));

  @Test
  void whatIsWrittenIsRead() {
    for (ErasureRecord record : ALL) {
      assertThat(ErasureRecord.decode(ID, record.encode())).isEqualTo(record);
    }
  }

  @Test
  void theBytesAreThoseOfTheSpecification() throws IOException {
    String page = Files.readString(Path.of("..", "docs", "format", "erasures.md"));
    byte[] bytes = new OfErasure(erasure(Extent.ROW, Optional.of("7/5"))).encode();
    assertThat(page.replaceAll("\\s", "")).contains(HexFormat.of().formatHex(bytes));
  }

  /// A reader that goes on without one would bring back what was erased.
  @Test
  void whateverIsCutOffOrUnknownIsRefused() {
    for (ErasureRecord record : ALL) {
      byte[] bytes = record.encode();
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> ErasureRecord.decode(ID, cut))
            .as("%s cut at %d", record, length)
            .isInstanceOf(CorruptRepositoryException.class);
      }
      byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> ErasureRecord.decode(ID, longer))
          .isInstanceOf(CorruptRepositoryException.class);
    }
    for (byte[] unknown : new byte[][] {{2, 1}, {1, 9}, {1, 0}}) {
      assertThatThrownBy(() -> ErasureRecord.decode(ID, unknown))
          .isInstanceOf(CorruptRepositoryException.class)
          .hasMessageContaining("not known");
    }
  }
}
