package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkId;
import io.holdfast.repository.tree.TreeRecord.Streamed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Says which piece of a stream's version before a new piece is probably like: the one that stands
/// at the same place. Where that is moves with what was inserted and removed; it is found again by
/// pieces that are the same, by cuts that coincide, and, where nothing helped for a while, by the
/// lengths of pieces, which content decides. A wrong guess costs time and nothing else. 8 bytes for
/// each piece. *Confined.*
final class PieceMatcher {
  /// How far around the expected place a piece that is the same is looked for.
  private static final int SAME_REACH = 64;

  /// How far around it a sequence of lengths is looked for.
  private static final int LENGTHS_REACH = 4_096;

  /// How many lengths in a row must be about the same.
  private static final int LENGTHS = 4;

  /// Lengths are about the same if they differ by less than this part of them: `1 / 64`.
  private static final int ABOUT = 64;

  /// After so many wrong guesses on end only one piece in so many is guessed at.
  private static final int WRONG_MAX = 4;

  private static final int SELDOM = 8;

  private final FileContent before;

  /// Where each piece of the version before begins, and its end.
  private final long[] starts;

  /// The lengths of the newest pieces that were like nothing, the newest last.
  private final long[] unmatched = new long[LENGTHS];

  private final List<Integer> guessed = new ArrayList<>();
  private long position;
  private long shift;

  /// The piece behind the newest one that was certain.
  private int next;

  private int wrong;

  /// True if the lengths of pieces have led to a new place, which is tried once.
  private boolean found;

  PieceMatcher(FileContent before) {
    this.before = before;
    this.starts = new long[before.count() + 1];
    for (int i = 0; i < before.count(); i++) {
      starts[i + 1] = starts[i] + before.piece(i, "").length();
    }
  }

  /// What the next piece is probably like, the likeliest first; at most two.
  List<ChunkId> guess(int length) {
    guessed.clear();
    if (starts.length < 2 || (wrong >= WRONG_MAX && wrong % SELDOM != 0 && !found)) {
      return List.of();
    }
    int at = pieceAt(position + shift + length / 2);
    int beside = overlap(at - 1, length) > overlap(at + 1, length) ? at - 1 : at + 1;
    boolean besideFirst = overlap(beside, length) > overlap(at, length);
    List<ChunkId> ids = new ArrayList<>(2);
    add(besideFirst ? beside : at, ids);
    int other = besideFirst ? at : beside;
    if (overlap(other, length) * 3L > length) {
      add(other, ids);
    }
    return ids;
  }

  private void add(int piece, List<ChunkId> ids) {
    if (before.piece(piece, "") instanceof Streamed streamed) {
      guessed.add(piece);
      ids.add(streamed.id());
    }
  }

  /// The next piece was stored as the difference to one that was guessed, by its number.
  void tookGuess(int number, int length) {
    int piece = guessed.get(number);
    if (isAbout(starts[piece + 1] - starts[piece], length)) {
      shift = starts[piece + 1] - (position + length);
    }
    next = piece + 1;
    passed(length);
  }

  /// The next piece was there already.
  void tookKnown(ChunkId id, int length) {
    if (!goOnAtSame(next, id, length)) {
      var _ = goOnAtSame(pieceAt(position + shift), id, length);
    }
    passed(length);
  }

  private boolean goOnAtSame(int expected, ChunkId id, int length) {
    for (int away = 0; away <= SAME_REACH; away++) {
      for (int piece : new int[] {expected + away, expected - away}) {
        if (isPiece(piece, id, length)) {
          shift = starts[piece] - position;
          next = piece + 1;
          return true;
        }
      }
    }
    return false;
  }

  /// The next piece is zeros.
  void tookZeros(int length) {
    position += length;
  }

  /// The next piece was like nothing.
  void tookNothing(int length) {
    position += length;
    wrong++;
    found = false;
    System.arraycopy(unmatched, 1, unmatched, 0, LENGTHS - 1);
    unmatched[LENGTHS - 1] = length;
    if (wrong >= LENGTHS) {
      findLengths();
    }
  }

  private void passed(int length) {
    position += length;
    wrong = 0;
    found = false;
  }

  private boolean isPiece(int piece, ChunkId id, int length) {
    return piece >= 0
        && piece < starts.length - 1
        && starts[piece + 1] - starts[piece] == length
        && before.piece(piece, "") instanceof Streamed streamed
        && streamed.id().equals(id);
  }

  /// Goes on behind the pieces whose lengths are about those of the newest ones.
  private void findLengths() {
    for (int away = 0; away <= LENGTHS_REACH; away++) {
      for (int piece : new int[] {next + away, next - away}) {
        if (endsHere(piece)) {
          shift = starts[piece] - position;
          found = true;
          return;
        }
      }
    }
  }

  private boolean endsHere(int piece) {
    if (piece < LENGTHS || piece >= starts.length) {
      return false;
    }
    for (int i = 0; i < LENGTHS; i++) {
      int one = piece - LENGTHS + i;
      if (!isAbout(starts[one + 1] - starts[one], unmatched[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAbout(long one, long other) {
    return Math.abs(one - other) * ABOUT < Math.max(one, other);
  }

  /// The piece that holds this byte, or the nearest one.
  private int pieceAt(long at) {
    int found = Arrays.binarySearch(starts, at);
    int piece = found >= 0 ? found : -found - 2;
    return Math.clamp(piece, 0, Math.max(0, starts.length - 2));
  }

  /// How many bytes the piece shares with the next new one, if nothing has moved.
  private long overlap(int piece, int length) {
    if (piece < 0 || piece >= starts.length - 1) {
      return -1;
    }
    long begin = Math.max(starts[piece], position + shift);
    long end = Math.min(starts[piece + 1], position + shift + length);
    return Math.max(0, end - begin);
  }
}
