package io.holdfast.engine.copy;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.copy.CopyReport.Outcome;
import io.holdfast.engine.verify.Verify;
import io.holdfast.repository.Exchange;
import io.holdfast.repository.Repository;
import io.holdfast.storage.BlobKey;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.ForwardingBlobStore;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Copies of backups that are in several domains.
class DomainCopyTest {
  @ParameterizedTest
  @EnumSource
  void backupsArriveInTheDomainsTheyAreIn(Exchange.Way way) throws Exception {
    try (CopyWorld world = world();
        Repository target = target(world, new MemoryBlobStore(), way)) {
      CopyReport report = world.copy(target);
      assertThat(report.isWhole()).as("%s", report).isTrue();
      requireSame(world, target);

      world.into("tenant");
      world.backUp();
      world.into("other");
      world.backUpFiles();
      assertThat(world.copy(target).count(Outcome.COPIED)).isEqualTo(2);
      requireSame(world, target);
    }
  }

  @ParameterizedTest
  @EnumSource
  void eachKeepsItsPlaceWhenKeysAreRotated(Exchange.Way way) throws Exception {
    MemoryBlobStore store = new MemoryBlobStore();
    try (CopyWorld world = world()) {
      try (Repository target = target(world, store, way)) {
        target.keyring().rotate(Optional.of("main"));
        world.source.keyring().rotate(Optional.empty());
      }
      try (CopyWorld later = world.reopen();
          Repository target = CopyWorld.reopened(store, 7)) {
        later.into("tenant");
        later.backUpFiles();
        assertThat(later.copy(target).isWhole()).isTrue();
        requireSame(later, target);
      }
    }
  }

  @Test
  void aDomainThatBothMadeByThemselvesIsSealedAnew() throws Exception {
    try (CopyWorld world = new CopyWorld(new MemoryBlobStore(), 4)) {
      world.stream(CopyWorld.SEGMENT / 2);
      try (Repository target = world.sibling(new MemoryBlobStore(), 6)) {
        target.beginSession("tenant").close();
        world.backUp();
        world.into("tenant");
        world.backUp();
        world.backUpFiles();
        assertThat(world.copy(target).isWhole()).isTrue();
        requireSame(world, target);
      }
    }
  }

  /// Also by a copy that finds nothing else to do; what cannot be brought is told of.
  @ParameterizedTest
  @EnumSource
  void whatWasErasedIsKnownInTheCopy(Exchange.Way way) throws Exception {
    try (CopyWorld world = world();
        Repository target = target(world, new MemoryBlobStore(), way)) {
      String first = world.source.erasures().add(new byte[] {1});
      assertThat(world.copy(target).isWhole()).isTrue();
      assertThat(erased(target)).containsExactly(first);
      String second = world.source.erasures().add(new byte[] {2});
      assertThat(world.copy(target).isWhole()).isTrue();
      assertThat(erased(target)).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void backupsAreCopiedAlsoWhereErasuresCannotBePut() throws Exception {
    BlobStore closed =
        new ForwardingBlobStore(new MemoryBlobStore()) {
          @Override
          public PutResult putIfAbsent(BlobKey key, ByteBuffer content) throws IOException {
            if (key.value().startsWith("erased/")) {
              throw new IOException("not allowed");
            }
            return super.putIfAbsent(key, content);
          }
        };
    try (CopyWorld world = world();
        Repository target = target(world, closed, Exchange.Way.CONTENT)) {
      assertThat(world.source.erasures().add(new byte[] {1})).isNotEmpty();
      CopyReport report = world.copy(target);
      assertThat(report.count(Outcome.COPIED)).isPositive();
      assertThat(report.isWhole()).isFalse();
      assertThat(report.isPartial()).isTrue();
      assertThat(report.problems())
          .singleElement()
          .asString()
          .contains("erasure list", "not allowed");
    }
  }

  private static List<String> erased(Repository repository) throws IOException {
    List<String> ids = new ArrayList<>();
    repository.erasures().forEach((id, _) -> ids.add(id));
    return ids;
  }

  private static CopyWorld world() throws IOException {
    CopyWorld world = new CopyWorld(new MemoryBlobStore(), 4);
    world.stream(CopyWorld.SEGMENT / 2);
    world.backUp();
    world.into("tenant");
    world.backUp();
    world.backUpFiles();
    world.backUp();
    world.into("other");
    world.backUp();
    return world;
  }

  private static Repository target(CopyWorld world, BlobStore store, Exchange.Way way)
      throws IOException {
    return switch (way) {
      case FRAMES -> world.sibling(store, 6);
      case CONTENT -> CopyWorld.stranger(store, 6);
    };
  }

  private static void requireSame(CopyWorld world, Repository target) throws IOException {
    assertThat(world.everything(target)).isEqualTo(world.everything(world.source));
    assertThat(domains(target)).isEqualTo(domains(world.source));
    assertThat(
            new Verify(CopyWorld.context(), new OpenRepository(target, "target")).all().findings())
        .isEmpty();
  }

  private static Map<String, Set<String>> domains(Repository repository) throws IOException {
    return repository.snapshots().stream()
        .map(backup -> backup.record())
        .collect(
            Collectors.groupingBy(
                record -> record.domain(),
                Collectors.mapping(record -> record.name(), Collectors.toSet())));
  }
}
