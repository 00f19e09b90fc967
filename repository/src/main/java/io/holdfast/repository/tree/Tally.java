package io.holdfast.repository.tree;

import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter.PutOutcome;
import java.util.concurrent.atomic.LongAdder;

/// What a writer counts while it works. *Thread-safe.*
final class Tally {
  final LongAdder extentsUnchanged = new LongAdder();
  final LongAdder extentsZero = new LongAdder();
  final LongAdder extentsWhole = new LongAdder();
  final LongAdder pagesPatched = new LongAdder();
  final LongAdder parentExtentsUnreadable = new LongAdder();
  final LongAdder dataBytes = new LongAdder();
  final LongAdder metadataBytes = new LongAdder();

  void put(ChunkType type, PutOutcome outcome, int plainBytes) {
    if (outcome == PutOutcome.STORED) {
      switch (type.packing()) {
        case DATA -> dataBytes.add(plainBytes);
        case METADATA -> metadataBytes.add(plainBytes);
      }
    }
  }
}
