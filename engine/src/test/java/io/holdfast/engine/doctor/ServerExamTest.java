package io.holdfast.engine.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.engine.doctor.DoctorReport.Level;
import io.holdfast.engine.testing.TestEngine;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.server.InstalledServers;
import io.holdfast.postgres.sql.ServerFacts;
import io.holdfast.postgres.sql.ServerFacts.Recovery;
import io.holdfast.postgres.sql.ServerFacts.Role;
import io.holdfast.postgres.sql.ServerFacts.Slot;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the doctor makes of facts that are hard to bring about on a real server.
class ServerExamTest {
  private static final long GIB = 1L << 30;

  @TempDir private Path directory = Path.of("");
  private final Findings findings = new Findings();

  @Test
  void noFreeSlotIsAFailureUntilOursExists() {
    exam().slots(facts(150_000, Map.of("max_replication_slots", "2"), slot("a"), slot("b")));
    assertThat(found(Level.FAIL)).singleElement().asString().contains("all 2 replication slots");
  }

  @Test
  void anActiveSlotOfOursNeedsNoFreeOne() {
    exam()
        .slots(
            facts(
                150_000,
                Map.of("max_replication_slots", "1"),
                slot("holdfast_main", "reserved", true)));
    assertThat(found(Level.FAIL)).isEmpty();
    assertThat(found(Level.OK)).singleElement().asString().contains("the WAL stream runs");
  }

  @Test
  void aLostSlotIsAFailure() {
    exam().slots(facts(150_000, Map.of(), slot("holdfast_main", "lost", false)));
    assertThat(found(Level.FAIL)).singleElement().asString().contains("is lost");
  }

  @Test
  void anUnsupportedVersionIsAFailure() {
    for (int version : List.of(120_000, 190_000)) {
      exam().suitability(facts(version, Map.of("max_slot_wal_keep_size", "1GB")));
    }
    assertThat(found(Level.FAIL)).hasSize(2).allMatch(text -> text.contains("HF-1050"));
  }

  @Test
  void programsOfAnotherVersionDoNotServe() throws IOException {
    InstalledServers none = InstalledServers.in(List.of(directory));
    findings.guarded("programs", Level.WARN, () -> exam().programs(none, facts(150_000, Map.of())));
    assertThat(found(Level.WARN)).singleElement().asString().contains("HF-1055");
  }

  @Test
  void littleSpaceIsWarnedOf() {
    RepositoryExam repository = new RepositoryExam(TestEngine.settings(directory), findings);
    exam().walSpace(GIB - 1);
    repository.space(GIB - 1, OptionalLong.empty());
    repository.space(2 * GIB, OptionalLong.of(3 * GIB));
    assertThat(found(Level.WARN)).hasSize(3);
    exam().walSpace(GIB);
    repository.space(4 * GIB, OptionalLong.of(3 * GIB));
    assertThat(found(Level.OK)).hasSize(2);
  }

  @Test
  void aRepositoryBesideTheDataIsWarnedOf() throws IOException {
    exam().places(facts(150_000, Map.of("data_directory", directory.toString())));
    assertThat(found(Level.WARN)).singleElement().asString().contains("file system of the data");
    exam().places(facts(150_000, Map.of("data_directory", "/proc")));
    exam().places(facts(150_000, Map.of("data_directory", "/not/here")));
    assertThat(found(Level.WARN)).as("other places are fine").hasSize(1);
  }

  private ServerExam exam() {
    return new ServerExam(TestEngine.settings(directory), findings);
  }

  private List<String> found(Level level) {
    return findings.report().findings().stream()
        .filter(finding -> finding.level() == level)
        .map(DoctorReport.Finding::what)
        .toList();
  }

  private static Slot slot(String name) {
    return slot(name, "reserved", true);
  }

  private static Slot slot(String name, String walStatus, boolean active) {
    return new Slot(
        name, "physical", active, Optional.of(new Lsn(1 << 24)), walStatus, Optional.empty());
  }

  private static ServerFacts facts(int version, Map<String, String> settings, Slot... slots) {
    Map<String, String> all = new TreeMap<>(Map.of("wal_level", "replica"));
    all.putAll(settings);
    return new ServerFacts(
        version,
        version / 10_000 + ".0",
        7,
        all,
        new Role("r", false, true, true, true),
        Recovery.PRIMARY,
        new ArrayList<>(List.of(slots)),
        List.of(),
        List.of(),
        List.of(),
        List.of());
  }
}
