package io.holdfast.engine.dump;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.concurrent.OrderedCrew;
import io.holdfast.base.concurrent.Workers;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.tree.CutWriter;
import io.holdfast.engine.tree.DraftTree;
import io.holdfast.engine.tree.TreeNames;
import io.holdfast.files.content.Cutter;
import io.holdfast.postgres.client.ClientRun;
import io.holdfast.postgres.dump.DatabaseContents;
import io.holdfast.postgres.dump.DumpReader;
import io.holdfast.postgres.dump.DumpSnapshot;
import io.holdfast.postgres.dump.DumpedRelation;
import io.holdfast.postgres.dump.LargeObjectReferences;
import io.holdfast.postgres.dump.LargeObjects;
import io.holdfast.postgres.dump.SchemaArchive;
import io.holdfast.postgres.dump.SqlName;
import io.holdfast.postgres.dump.TableData;
import io.holdfast.postgres.url.ConnectionUrl;
import io.holdfast.repository.tree.FileContent;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/// Takes one database into the tree of a dump. *Confined.*
final class DatabaseDump {
  static final String APPLICATION = "holdfast dump";

  private static final int WINDOW = 256;
  private static final int TRIES = 5;
  private static final Duration ASKED_EVERY = Duration.ofSeconds(30);

  private final EngineContext context;
  private final DumpRequest request;
  private final DraftTree tree;
  private final Cutter cutter;
  private final Path scratch;
  private final DraftFiles files;

  private Instant askedAt = Instant.MIN;

  DatabaseDump(
      EngineContext context, DumpRequest request, DraftTree tree, Cutter cutter, Path scratch) {
    this.context = context;
    this.request = request;
    this.tree = tree;
    this.cutter = cutter;
    this.scratch = scratch;
    this.files = new DraftFiles(tree, cutter);
  }

  /// A part of a table that is to be read, and the version before.
  private record Job(String path, TableData.Part part, FileContent before) {}

  /// What became of it.
  private sealed interface Outcome {
    record Read(Job job, FileContent content, long rows) implements Outcome {}

    /// Somebody waits to change the table and lets no further session in.
    record Blocked(Job job) implements Outcome {}
  }

  /// Dumps the database of the URL. Somebody who waits to change a table stops `pg_dump` and is
  /// stopped by us, so everything is let go then, and begun anew.
  ///
  /// @param remarks what the dump does not carry is added here
  DumpToc dump(ConnectionUrl url, ClientRun programs, List<String> remarks) throws IOException {
    Path archive = scratch.resolve("schema.dump");
    boolean all = request.filter().takesAll();
    for (int tried = 1; ; tried++) {
      Set<SqlName> wanted = all ? Set.of() : wanted(url);
      try (DumpSnapshot snapshot =
          DumpSnapshot.take(
              url,
              APPLICATION,
              request.lockWait(),
              context.cancellation(),
              name -> all || wanted.contains(name))) {
        DumpChoice choice =
            DumpChoice.of(
                request.filter(), all ? snapshot.contents().relations() : snapshot.relations());
        if (!all && !choice.names().equals(wanted)) {
          requireTries(url, TRIES - tried);
        } else if (request.content() == DumpRequest.Content.DATA_ONLY) {
          return dump(url, programs, snapshot, choice, remarks);
        } else if (definitions(url, programs, snapshot, archive, remarks, TRIES - tried)) {
          if (!all) {
            choice.fit(programs, archive, snapshot.contents().encoding(), remarks);
          }
          return dump(url, programs, snapshot, choice, remarks);
        }
      }
    }
  }

  /// What is chosen now; in the snapshot it may be more, such as one partition.
  private Set<SqlName> wanted(ConnectionUrl url) throws IOException {
    List<DumpedRelation> all = DumpSnapshot.relations(url, APPLICATION, context.cancellation());
    Set<SqlName> wanted = DumpChoice.of(request.filter(), all).names();
    if (wanted.isEmpty() && request.scope() == DumpRequest.Scope.NAMED) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          url.database() + " has no table that is included and not excluded",
          String.join("; ", request.filter().remarks(all)));
    }
    return wanted;
  }

  private static void requireTries(ConnectionUrl url, int left) {
    if (left == 0) {
      throw new BackupException(
          ErrorCode.TIMED_OUT,
          url + ": tables were made or dropped each of " + TRIES + " times a dump began",
          "Run the dump again when the schema rests.");
    }
  }

  /// Writes the archive.
  ///
  /// @return false if somebody was in the way and there are tries left
  private static boolean definitions(
      ConnectionUrl url,
      ClientRun programs,
      DumpSnapshot snapshot,
      Path archive,
      List<String> remarks,
      int triesLeft)
      throws IOException {
    try {
      SchemaArchive.write(programs, url, snapshot, archive)
          .forEach(warning -> remarks.add(url.database() + ": " + warning));
      return true;
    } catch (BackupException e) {
      if (e.code() != ErrorCode.TIMED_OUT || triesLeft == 0) {
        throw e;
      }
      return false;
    }
  }

  private DumpToc dump(
      ConnectionUrl url,
      ClientRun programs,
      DumpSnapshot snapshot,
      DumpChoice choice,
      List<String> remarks)
      throws IOException {
    String database = url.database();
    snapshot.contents().remarks().forEach(remark -> remarks.add(database + ": " + remark));
    RowCounts counts = new RowCounts();
    long largeObjects = 0;
    if (hasRows()) {
      rows(url, snapshot, choice, counts);
      largeObjects = largeObjects(database, snapshot, choice);
    }
    snapshot.requireHeld();
    if (request.content() != DumpRequest.Content.DATA_ONLY) {
      files.put(DumpPaths.schema(database), scratch.resolve("schema.dump"));
    }
    DumpToc toc = toc(snapshot, programs, choice, counts, largeObjects);
    files.put(DumpPaths.contents(database), toc.encode());
    return toc;
  }

  private boolean hasRows() {
    return switch (request.content()) {
      case ALL, DATA_ONLY -> true;
      case SCHEMA_ONLY -> false;
    };
  }

  private DumpToc toc(
      DumpSnapshot snapshot,
      ClientRun programs,
      DumpChoice choice,
      RowCounts counts,
      long largeObjects)
      throws IOException {
    DatabaseContents contents = snapshot.contents();
    return new DumpToc(
        contents.encoding(),
        snapshot.session().versionNum(),
        programs.programs().version(),
        counts.tables(),
        choice.relations(),
        hasRows() ? choice.sequences(snapshot) : List.of(),
        hasRows() ? contents.refreshed().stream().filter(choice::holds).toList() : List.of(),
        largeObjects > 0 ? 1 : 0,
        largeObjects);
  }

  private void rows(ConnectionUrl url, DumpSnapshot snapshot, DumpChoice choice, RowCounts counts)
      throws IOException {
    List<TableData> tables =
        snapshot.contents().tables().stream().filter(table -> choice.holds(table.name())).toList();
    context
        .progress()
        .phase("dump " + url.database(), tables.stream().mapToLong(TableData::bytes).sum());
    List<Job> jobs = new ArrayList<>();
    for (TableData table : tables) {
      for (TableData.Part part : table.parts(snapshot.contents().encoding())) {
        String path = DumpPaths.data(url.database(), table.name(), part.number());
        jobs.add(new Job(path, part, FileContent.empty()));
      }
    }
    jobs.sort(Comparator.comparing(Job::path, TreeNames.ORDER));
    CutWriter own = new CutWriter(tree.writer(), cutter);
    try (OrderedCrew<Job, Outcome> crew =
        new OrderedCrew<>(
            Workers.platform("dump"),
            request.jobs(),
            WINDOW,
            () -> new Hand(snapshot.join(url, APPLICATION, context.cancellation())),
            outcome -> put(outcome, snapshot, own, counts))) {
      for (Job job : jobs) {
        context.cancellation().throwIfRequested();
        crew.submit(new Job(job.path(), job.part(), tree.before(job.path())));
      }
      crew.finish();
    }
  }

  /// One session that reads parts.
  private final class Hand implements OrderedCrew.Hand<Job, Outcome>, AutoCloseable {
    private final DumpReader reader;
    private final CutWriter writer = new CutWriter(tree.writer(), cutter);

    Hand(DumpReader reader) {
      this.reader = reader;
    }

    @Override
    public Outcome work(Job job) throws IOException {
      return reader.lock(job.part().table()) ? read(job, reader, writer) : new Outcome.Blocked(job);
    }

    @Override
    public void close() throws IOException {
      reader.close();
    }
  }

  private Outcome.Read read(Job job, DumpReader reader, CutWriter writer) throws IOException {
    writer.begin(job.before());
    long rows = reader.copy(job.part(), writer::write);
    FileContent content = writer.finish();
    context.progress().advance(job.part().bytes());
    return new Outcome.Read(job, content, rows);
  }

  private void put(Outcome outcome, DumpSnapshot snapshot, CutWriter own, RowCounts counts)
      throws IOException {
    askWhetherHeld(snapshot);
    Outcome.Read read =
        switch (outcome) {
          case Outcome.Read done -> done;
          // The session with the snapshot has its lock since before anybody waited.
          case Outcome.Blocked blocked -> read(blocked.job(), snapshot.reader(), own);
        };
    counts.add(read.job().part().table(), read.rows(), read.content().bytes());
    tree.put(read.job().path(), read.content());
  }

  /// Asks the session that holds the locks, now and then: it says nothing by itself, and what is
  /// between us and the server may take it for dead.
  private void askWhetherHeld(DumpSnapshot snapshot) throws IOException {
    Instant now = context.clock().instant();
    if (askedAt.isBefore(now.minus(ASKED_EVERY))) {
      askedAt = now;
      snapshot.requireHeld();
    }
  }

  /// Large objects belong to no table: with tables that are included come those that their rows
  /// point to.
  private long largeObjects(String database, DumpSnapshot snapshot, DumpChoice choice)
      throws IOException {
    if (snapshot.contents().largeObjects() == 0) {
      return 0;
    }
    String path = DumpPaths.largeObjects(database, 0);
    CutWriter writer = new CutWriter(tree.writer(), cutter);
    writer.begin(tree.before(path));
    long count;
    if (request.filter().included().isEmpty()) {
      count = LargeObjects.copy(snapshot.session(), writer::write);
    } else {
      Set<Long> numbers =
          LargeObjectReferences.find(
              snapshot.session(), choice::holds, LargeObjectReferences.Which.THERE);
      count =
          LargeObjects.copy(snapshot.session(), numbers.stream().sorted().toList(), writer::write);
    }
    tree.put(path, writer.finish());
    long there = snapshot.contents().largeObjects();
    if (request.filter().included().isEmpty() && count != there) {
      throw new BackupException(
          ErrorCode.CHECK_FAILED,
          database + " has " + there + " large objects, of which " + count + " could be read",
          "Their owners may be missing: compare lomowner in pg_largeobject_metadata with"
              + " pg_roles.");
    }
    return count;
  }
}
