package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.ChunkType.Packing;
import io.holdfast.repository.PackFormat.Entry;
import io.holdfast.repository.codec.RecordWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class PackFormatTest {
  @Test
  void paddingHidesSizesAndCostsLittle() {
    SplittableRandom random = Seeds.random(1);
    Set<Integer> classes = new HashSet<>();
    for (int i = 0; i < 100_000; i++) {
      int bytes = 128 + random.nextInt(1 << (5 + random.nextInt(21)));
      int padded = PackFormat.paddedBytes(bytes);
      assertThat(padded).isGreaterThanOrEqualTo(bytes);
      assertThat(padded - bytes).isLessThanOrEqualTo(bytes > 1 << 20 ? bytes / 128 : bytes / 8);
      assertThat(PackFormat.paddedBytes(padded)).isEqualTo(padded);
      classes.add(padded);
    }
    assertThat(classes).hasSizeLessThan(1500);
    assertThat(PackFormat.paddedBytes(192 << 20)).isEqualTo(192 << 20);
  }

  @Test
  void theIndexFindsExactlyWhatWasAdded() {
    SplittableRandom random = Seeds.random(2);
    Map<ChunkId, List<Integer>> model = new HashMap<>();
    List<ChunkId> ids = new ArrayList<>();
    ChunkIndex.Builder builder = new ChunkIndex.Builder(40_000);
    for (int pack = 0; pack < 40; pack++) {
      RecordWriter entries = new RecordWriter();
      for (int i = 0; i < 1000; i++) {
        ChunkId id =
            !ids.isEmpty() && random.nextInt(10) == 0
                ? ids.get(random.nextInt(ids.size()))
                : randomId(random);
        ids.add(id);
        model.computeIfAbsent(id, _ -> new ArrayList<>()).add(pack);
        new Entry(id, ChunkType.STREAM, 128 + i, 100, 200).write(entries);
      }
      builder.add(
          new PackSection(
              new PackId(new SessionId("0".repeat(32)), pack, Digest.zero()),
              new DomainId("0".repeat(32)),
              1,
              Packing.DATA,
              1 << 20,
              1000,
              entries.toBytes()));
    }
    ChunkIndex index = builder.build();

    assertThat(index.size()).isEqualTo(40_000);
    model.forEach(
        (id, packs) -> {
          assertThat(index.contains(ChunkType.STREAM, id)).isTrue();
          assertThat(index.contains(ChunkType.PATCH, id)).isFalse();
          assertThat(index.places(ChunkType.STREAM, id))
              .extracting(ChunkIndex.Place::packNumber)
              .containsExactlyInAnyOrderElementsOf(packs);
        });
    for (int i = 0; i < 10_000; i++) {
      assertThat(index.contains(ChunkType.STREAM, randomId(random))).isFalse();
    }
  }

  @Test
  void anEmptyIndexHasNothing() {
    ChunkIndex index = new ChunkIndex.Builder(0).build();

    assertThat(index.contains(ChunkType.ROOT, randomId(Seeds.random(1)))).isFalse();
    byte[] highest = new byte[32];
    java.util.Arrays.fill(highest, (byte) 0xff);
    assertThat(index.contains(ChunkType.ROOT, ChunkId.wrap(highest))).isFalse();
  }

  private static ChunkId randomId(SplittableRandom random) {
    byte[] bytes = new byte[32];
    random.nextBytes(bytes);
    return ChunkId.wrap(bytes);
  }
}
