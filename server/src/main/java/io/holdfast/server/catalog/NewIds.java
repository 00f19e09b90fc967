package io.holdfast.server.catalog;

import io.holdfast.base.Entropy;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.UUID;
import java.util.function.Supplier;

/// Ids that nobody can guess and that grow with time, so that new rows lie together: UUIDs of
/// version 7 (RFC 9562), of which 74 bits are by chance.
public final class NewIds implements Supplier<UUID> {
  private static final int CHANCE_BYTES = 10;
  private static final int VERSION = 7;

  private final InstantSource clock;
  private final Entropy entropy;

  public NewIds(InstantSource clock, Entropy entropy) {
    this.clock = clock;
    this.entropy = entropy;
  }

  @Override
  public UUID get() {
    ByteBuffer chance = ByteBuffer.wrap(entropy.bytes(CHANCE_BYTES));
    long high = clock.millis() << 16 | VERSION << 12 | (chance.getShort() & 0xfff);
    long low = (chance.getLong() & 0x3fff_ffff_ffff_ffffL) | 0x8000_0000_0000_0000L;
    return new UUID(high, low);
  }
}
