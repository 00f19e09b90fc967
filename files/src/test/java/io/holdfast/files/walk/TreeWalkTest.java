package io.holdfast.files.walk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.base.testing.Seeds;
import io.holdfast.files.PathText;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TreeWalkTest {
  private static final WalkOptions ALL =
      new WalkOptions(
          Excludes.NONE, WalkOptions.Caches.INCLUDED, WalkOptions.Mounts.CROSSED, Set.of());

  @TempDir Path temporary;

  private Path root = Path.of("/");

  static LongStream seeds() {
    return Seeds.stream();
  }

  @BeforeEach
  void findRealPlace() throws IOException {
    root = temporary.toRealPath();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void everyEntryComesOnceAndInTheOrderOfItsWholePath(long seed) throws IOException {
    SplittableRandom random = Seeds.random(seed);
    grow(root, random, 4);
    List<String> expected = new ArrayList<>();
    for (Path above = root; above != null && above.getNameCount() > 0; above = above.getParent()) {
      expected.add(above.toString().substring(1));
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) {
            if (!dir.equals(root)) {
              expected.add(dir.toString().substring(1));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            expected.add(file.toString().substring(1));
            return FileVisitResult.CONTINUE;
          }
        });
    expected.sort(PathText::compare);
    assertThat(walk(ALL, root)).containsExactlyElementsOf(expected);
  }

  /// Names that sort around the slash, and links to elsewhere.
  private static void grow(Path in, SplittableRandom random, int depth) throws IOException {
    for (int i = random.nextInt(1, 6); i > 0; i--) {
      String name =
          "a"
              + "-.0 +ü".charAt(random.nextInt(6))
              + (random.nextBoolean() ? random.nextInt(9) : "");
      Path entry = in.resolve(random.nextBoolean() ? "a" : name);
      if (Files.exists(entry, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      switch (random.nextInt(4)) {
        case 0 -> Files.writeString(entry, "x");
        case 1 -> Files.createSymbolicLink(entry, Path.of("."));
        default -> {
          Files.createDirectory(entry);
          if (depth > 0) {
            grow(entry, random, depth - 1);
          }
        }
      }
    }
  }

  @Test
  void ofAncestorsNothingIsThereButTheWay() throws IOException {
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/x"), "");
    Files.writeString(root.resolve("a/other"), "");
    assertThat(walk(ALL, root.resolve("a/b"))).contains(at("a"), at("a/b"), at("a/b/x"));
    assertThat(walk(ALL, root.resolve("a/b"))).doesNotContain(at("a/other"));
    assertThat(walk(ALL, root.resolve("a/b"), root.resolve("a/other"), root.resolve("a/b/x")))
        .doesNotHaveDuplicates()
        .contains(at("a/other"), at("a/b/x"));
  }

  @Test
  void excludedDirectoriesAreNotEntered() throws IOException {
    Files.createDirectories(root.resolve("keep/cache/deep"));
    Files.writeString(root.resolve("keep/x.tmp"), "");
    Files.writeString(root.resolve("keep/y"), "");
    WalkOptions options =
        new WalkOptions(
            Excludes.of(List.of("cache/", "*.tmp", "!keep/cache/deep")),
            WalkOptions.Caches.INCLUDED,
            WalkOptions.Mounts.CROSSED,
            Set.of());
    assertThat(walk(options, root)).endsWith(at("keep"), at("keep/y"));
  }

  @Test
  void ofCachesOnlyTheTagIsThere() throws IOException {
    for (String directory : List.of("cache", "claims")) {
      Files.createDirectory(root.resolve(directory));
      Files.writeString(root.resolve(directory + "/data"), "");
      Files.writeString(
          root.resolve(directory + "/CACHEDIR.TAG"),
          directory.equals("cache")
              ? "Signature: 8a477f597d28d172789f06886806bc55\n# more"
              : "Signature: none");
    }
    WalkOptions options =
        new WalkOptions(
            Excludes.NONE, WalkOptions.Caches.EXCLUDED, WalkOptions.Mounts.CROSSED, Set.of());
    assertThat(walk(options, root))
        .endsWith(
            at("cache"),
            at("cache/CACHEDIR.TAG"),
            at("claims"),
            at("claims/CACHEDIR.TAG"),
            at("claims/data"));
  }

  @Test
  void aPlaceThatIsLeftOutIsNotThere() throws IOException {
    Files.createDirectories(root.resolve("a/repository/x"));
    WalkOptions options =
        new WalkOptions(
            Excludes.NONE,
            WalkOptions.Caches.INCLUDED,
            WalkOptions.Mounts.CROSSED,
            Set.of(at("a/repository")));
    assertThat(walk(options, root)).endsWith(at("a"));
  }

  /// `/dev` holds at least `/dev/shm` or `/dev/pts`, mounted, on every Linux.
  @Test
  void otherFileSystemsCanBeLeftOut() throws IOException {
    WalkOptions options =
        new WalkOptions(
            Excludes.NONE, WalkOptions.Caches.INCLUDED, WalkOptions.Mounts.NOT_CROSSED, Set.of());
    Path pts = Path.of("/dev/pts");
    assumeTrue(Files.exists(pts.resolve("ptmx")), "no /dev/pts here");
    assertThat(walk(ALL, Path.of("/dev"))).contains("dev/pts", "dev/pts/ptmx");
    assertThat(walk(options, Path.of("/dev"))).contains("dev/pts").doesNotContain("dev/pts/ptmx");
    assertThat(walk(options, pts)).contains("dev/pts/ptmx");
  }

  private String at(String path) {
    return root.resolve(path).toString().substring(1);
  }

  private static List<String> walk(WalkOptions options, Path... roots) throws IOException {
    List<String> paths = new ArrayList<>();
    try (TreeWalk walk =
        new TreeWalk(
            List.of(roots),
            options,
            (path, why) -> {
              throw new AssertionError(path, why);
            })) {
      for (Optional<Found> next = walk.next(); next.isPresent(); next = walk.next()) {
        paths.add(next.get().path());
      }
    }
    return paths;
  }
}
