package io.holdfast.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Takes the rules of the protocol out of the real code, one at a time, and runs the simulation: a
/// rule whose removal it does not notice is superfluous, or the simulation shows less than it
/// seems. Removals are looked for from the same seed on as long as the code does not change.
class PruneMutationTest {
  private static final Path SOURCES = Path.of("src/main/java/io/holdfast/repository");
  private static final long FIRST = 77_000_000;
  private static final String PACKAGE = "io.holdfast.repository.";

  @TempDir private Path directory = Path.of("");

  /// One rule, and the text that keeps it.
  ///
  /// @param noticed the schedule, from [#FIRST] on, that noticed the removal when this was written:
  ///   it is tried first, because a search for it takes long
  /// @param cast who has to play for it to be noticed
  record Mutation(
      PruneSimulation.Cast cast, int noticed, String rule, String file, String from, String to) {
    Mutation(int noticed, String rule, String file, String from, String to) {
      this(PruneSimulation.Cast.PRUNERS, noticed, rule, file, from, to);
    }

    @Override
    public String toString() {
      return rule;
    }
  }

  static Stream<Mutation> mutations() {
    return Stream.of(
        new Mutation(
            912,
            "a session registers before it reads what it may rely on",
            "Repository.java",
            "if (log.claim(place, open) != ResolvedPut.Owner.OURS) {\n        continue;\n      }\n"
                + "      Loaded loaded = loadOrClose(id, open, data);",
            "Loaded loaded = loadOrClose(id, open, data);\n"
                + "      if (log.claim(place, open) != ResolvedPut.Owner.OURS) {\n        continue;\n      }"),
        new Mutation(
            67,
            "a session below the announced floor does not begin",
            "Repository.java",
            "if (!loaded.state().isClosing(id)) {",
            "if (true) {"),
        new Mutation(
            283,
            "writers do not rely on condemned packs",
            "IndexLoader.java",
            "excluded.addAll(state.condemned());",
            ""),
        new Mutation(
            110,
            "a commit yields to KILL",
            "PackedSession.java",
            "if (claim.owner() == ResolvedPut.Owner.OURS) {",
            "if (claim.owner() != null) {"),
        new Mutation(
            100,
            "a session that was sealed has not committed",
            "PackedSession.java",
            "    requireNotSealed();\n    // A snapshot",
            "    // A snapshot"),
        new Mutation(
            26,
            "maintenance waits for every session that may rely on what is condemned",
            "Pruning.java",
            "new Grace(repository, policy).await(state);",
            "List.of();"),
        new Mutation(
            0,
            "what is still needed is moved out of condemned packs",
            "PackUsage.java",
            "if (condemned.test(pack)) {\n        moving",
            "if (false) {\n        moving"),
        new Mutation(
            116,
            "copies in condemned packs do not count",
            "PackUsage.java",
            "if (condemned.test(pack)) {\n        moving",
            "if (condemned.test(pack) && copies.end() - copies.begin() == 1) {\n        moving"),
        new Mutation(
            78,
            "a state is published only on top of the one it was made from",
            "MaintenanceLog.java",
            "case Genuine<MaintenanceState> _, Absent<MaintenanceState> _ -> {\n"
                + "          return Optional.empty();\n        }",
            "case Genuine<MaintenanceState> _, Absent<MaintenanceState> _ -> {}"),
        new Mutation(
            0,
            "sessions with a live snapshot are kept",
            "Burial.java",
            "Set<SessionId> kept = floor.map(this::kept).orElse(Set.of());",
            "Set<SessionId> kept = Set.of();"),
        new Mutation(
            0,
            "what was moved is in the new index",
            "Burial.java",
            "for (PackSection section : moved) {\n      shards.add(section);\n    }",
            ""),
        new Mutation(
            0,
            "deltas below the floor are absorbed",
            "Burial.java",
            "} else if (base || isAbsorbed(object, floor)) {",
            "} else if (base) {"),
        new Mutation(
            5,
            "marking follows a difference to the other chunk",
            "Marks.java",
            "if (prefix.isEmpty() || markPrefix(type, prefix.get())) {",
            "if (prefix.isEmpty() || !prefix.isEmpty()) {"),
        new Mutation(
            PruneSimulation.Cast.FORGER,
            0,
            "what maintenance did not sign means nothing",
            "MaintenanceLog.java",
            "if (!SealedObject.constantTimeEquals(mac(key, purpose, object, sealed), object, sealed)) {",
            "if (sealed < 0) {"),
        new Mutation(
            PruneSimulation.Cast.SHREDDER,
            1948,
            "what looks like damage beside a shred is looked at again",
            "Verification.java",
            "parts.store().names(ObjectNames.SHREDDED, tombstones::add);",
            ""),
        new Mutation(
            PruneSimulation.Cast.SHREDDER,
            458,
            "rotation says that a domain was shredded meanwhile",
            "Keyring.java",
            "      // The keys may have gone since.\n      domains.shreds().requireAlive(id);\n",
            ""),
        new Mutation(
            PruneSimulation.Cast.SKEWED,
            53,
            "a commit yields to KILL of who took it for dead",
            "PackedSession.java",
            "if (claim.owner() == ResolvedPut.Owner.OURS) {",
            "if (claim.owner() != null) {"),
        // "What others are differences to stays whole" (Marks, CopyRank) stands in
        // PrunedDifferencesTest: no schedule of 3,000 comes to where its loss shows.
        new Mutation(
            2946,
            "writers do not rely on differences to what they may not rely on",
            "ChunkIndex.java",
            "if (isReadable(i)) {\n        return true;",
            "if (i >= 0) {\n        return true;"));
  }

  @ParameterizedTest(name = "without: {0}")
  @MethodSource("mutations")
  void aRuleThatIsTakenOutIsMissed(Mutation mutation) throws Exception {
    compile(mutation);
    Optional<String> found = Optional.empty();
    if (!Seeds.thorough()) {
      found = simulate(mutation.cast(), FIRST + mutation.noticed(), 1);
    }
    if (found.isEmpty()) {
      found = simulate(mutation.cast(), FIRST, Seeds.thorough() ? 20_000 : 3_000);
      System.out.println("to be written down: " + mutation.rule() + ": " + found.orElse("never"));
    }
    assertThat(found).as("a loss without the rule: " + mutation.rule()).isPresent();
  }

  private void compile(Mutation mutation) throws IOException {
    String source = Files.readString(SOURCES.resolve(mutation.file()));
    assertThat(source).as("the text that keeps the rule").contains(mutation.from());
    Path mutated = directory.resolve(mutation.file());
    Files.writeString(mutated, source.replace(mutation.from(), mutation.to()));
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      List<String> options =
          List.of(
              "-proc:none",
              "-nowarn",
              "-d",
              directory.toString(),
              "-cp",
              System.getProperty("java.class.path"));
      assertThat(
              compiler
                  .getTask(null, files, null, options, null, files.getJavaFileObjects(mutated))
                  .call())
          .as(mutation + " compiles")
          .isTrue();
    }
  }

  /// Runs the simulation against the mutated class; what it noticed first.
  private Optional<String> simulate(PruneSimulation.Cast cast, long first, int schedules)
      throws Exception {
    Class<?> simulation = new MutatedClasses(directory).loadClass(PruneSimulation.class.getName());
    var search = simulation.getDeclaredMethod("search", String.class, long.class, int.class);
    search.setAccessible(true);
    try {
      @SuppressWarnings("unchecked")
      Optional<String> found =
          (Optional<String>) search.invoke(null, cast.name(), first, schedules);
      return found;
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause());
    }
  }

  /// Loads the repository's classes anew, those in `directory` in place of the built ones.
  private static final class MutatedClasses extends ClassLoader {
    private final Path directory;

    MutatedClasses(Path directory) {
      super(PruneMutationTest.class.getClassLoader());
      this.directory = directory;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith(PACKAGE)) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> known = findLoadedClass(name);
        return known == null ? define(name) : known;
      }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
      String file = name.replace('.', '/') + ".class";
      Path mutated = directory.resolve(file);
      try (InputStream in =
          Files.exists(mutated)
              ? Files.newInputStream(mutated)
              : getParent().getResourceAsStream(file)) {
        if (in == null) {
          throw new ClassNotFoundException(name);
        }
        byte[] bytes = in.readAllBytes();
        return defineClass(name, bytes, 0, bytes.length);
      } catch (IOException e) {
        throw new ClassNotFoundException(name, e);
      }
    }
  }
}
