package io.holdfast.repository.wal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The test vectors of `docs/format/wal.md`: these bytes never change. The sealer leaves the bytes
/// as they are and notes the contexts.
final class WalFormatTest {
  private static final String LINEAGE = "00112233445566778899aabbccddeeff";
  private static final String OBJECT =
      "484657414c524e47000000010000002166840dda154e8a113c31dd0ad32f7f3a366a80e8136979d8"
          + "f5a101d3d29d6f72ee0000000d00000000080102030405060708";
  private static final String CONTEXTS =
      "wal-summary 30303131323233333434353536363737383839396161626263636464656566660000"
          + "000200000000030000000000000003000008ffffffff wal-frame 3030313132323333343435353"
          + "63637373838393961616262636364646565666600000002000000000300000000000000030000080"
          + "000000066840dda154e8a113c31dd0ad32f7f3a366a80e8136979d8f5a101d3d29d6f72";
  private static final String FILE = "484657414c46494c000000010009322e686973746f727909";
  private static final String ABOUT = "484657414c414254000000010123456789abcdef01000000657270";

  private final StringBuilder contexts = new StringBuilder();

  private final WalSealer open =
      new WalSealer() {
        @Override
        public byte[] seal(String purpose, byte[] context, byte[] plain, int offset, int length) {
          contexts
              .append(purpose)
              .append(' ')
              .append(HexFormat.of().formatHex(context))
              .append(' ');
          ByteArrayOutputStream out = new ByteArrayOutputStream();
          out.write(plain, offset, length);
          return out.toByteArray();
        }

        @Override
        public byte[] open(String purpose, byte[] context, byte[] sealed, int bytesMax) {
          return sealed;
        }

        @Override
        public int overheadBytes() {
          return 0;
        }

        @Override
        public String pseudonym(String text) {
          throw new UnsupportedOperationException();
        }
      };

  @Test
  void rangesAreAsSpecified() {
    WalRange range = new WalRange(2, 0x3000000, 0x3000008);
    byte[] wal = {1, 2, 3, 4, 5, 6, 7, 8};
    byte[] object = new WalObject(open, LINEAGE).encode(range, wal, 0, new byte[] {(byte) 0xee});
    assertThat(HexFormat.of().formatHex(object)).isEqualTo(OBJECT);
    assertThat(contexts.toString().strip()).isEqualTo(CONTEXTS);
    assertThat(new WalObject(open, LINEAGE).decode(range, object)).isEqualTo(wal);
    assertThat(new WalNames(LINEAGE).range(range, "").value())
        .isEqualTo("wal/" + LINEAGE + "/00000002/0000000003000000-0000000003000008");
  }

  @Test
  void smallObjectsAreAsSpecified() {
    byte[] file =
        WalFiles.encodeFile(
            open, LINEAGE, "ffeeddccbbaa99887766554433221100", "2.history", new byte[] {9});
    byte[] about =
        WalFiles.encodeAbout(open, new WalLineage(LINEAGE, "erp", 0x0123456789abcdefL, 1 << 24));
    assertThat(HexFormat.of().formatHex(file)).isEqualTo(FILE);
    assertThat(HexFormat.of().formatHex(about)).isEqualTo(ABOUT);
  }
}
