package io.holdfast.postgres.page;

import io.holdfast.postgres.Lsn;
import java.util.Locale;

/// A page that the server would refuse to read.
///
/// @param block the block number within the relation's fork
/// @param lsn the position of the last change, as the page claims
/// @param stored the checksum on the page
/// @param expected the checksum that belongs there, 0 where it was not computed
public record PageFinding(long block, Reason reason, Lsn lsn, int stored, int expected) {
  /// What is wrong with it.
  public enum Reason {
    /// The checksum does not match the contents.
    CHECKSUM,
    /// The header contradicts itself.
    HEADER,
    /// The page calls itself new but is not all zero.
    NEW_BUT_NOT_ZERO,
    /// The file ends within the page.
    INCOMPLETE
  }

  /// One line for people, without the file's name.
  public String describe() {
    return switch (reason) {
      case CHECKSUM ->
          String.format(
              Locale.ROOT,
              "block %d: checksum %04x on the page, %04x expected (last change %s)",
              block,
              stored,
              expected,
              lsn);
      case HEADER -> "block " + block + ": the page header contradicts itself";
      case NEW_BUT_NOT_ZERO -> "block " + block + ": the page is marked new but is not all zero";
      case INCOMPLETE -> "block " + block + ": the file ends within the page";
    };
  }
}
