package io.holdfast.engine.report;

import io.holdfast.base.ByteSize;
import io.holdfast.engine.BackupCatalog;
import io.holdfast.engine.BackupViews;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.dump.DumpBackup;
import io.holdfast.engine.dump.StoredDump;
import io.holdfast.engine.portable.Existing;
import io.holdfast.engine.portable.NewFile;
import io.holdfast.engine.rows.TableFacts;
import io.holdfast.engine.tenant.StoredTenant;
import io.holdfast.engine.tenant.TenantBackup;
import io.holdfast.engine.verify.ProofCoverage;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;

/// Writes a report of one backup, of any kind, as a PDF file: what it is, what is in it, and what
/// was read back as far as the repository knows.
public final class BackupReportFile {
  private static final int DAYS = 30;
  private static final int LABEL_FROM = 2;
  private static final int LABEL_TO = 18;

  private final EngineContext context;
  private final OpenRepository repository;
  private final String tool;

  /// @param tool this program with its version
  public BackupReportFile(EngineContext context, OpenRepository repository, String tool) {
    this.context = context;
    this.repository = repository;
    this.tool = tool;
  }

  /// The file is whole and on disk when this returns, and is not there if it throws.
  public void write(String nameOrLatest, String source, Path file) {
    Failures.run(
        "report " + file,
        () -> {
          StoredSnapshot backup =
              BackupCatalog.of(repository.repository()).require(nameOrLatest, source);
          try (NewFile made = NewFile.create(file, Existing.REFUSE)) {
            OutputStream out = new BufferedOutputStream(Channels.newOutputStream(made.channel()));
            write(backup, out);
            out.flush();
            made.publish(file);
          }
        });
  }

  private void write(StoredSnapshot backup, OutputStream out) throws IOException {
    SnapshotRecord record = backup.record();
    Instant now = context.clock().instant().truncatedTo(ChronoUnit.SECONDS);
    PdfDocument pdf = new PdfDocument();
    ReportText text = new ReportText(pdf);
    text.title("Report of a backup", record.name());
    text.heading("Backup");
    List<String> detail = BackupViews.detail(backup);
    detail.subList(1, detail.size()).forEach(line -> fact(text, line));
    record
        .attributes()
        .forEach(
            (name, value) -> {
              if (!record.kind().equals("physical")) {
                text.fact(name, value);
              }
            });
    contents(text, backup);
    checks(text, now);
    pdf.write(out, "Report of " + record.name(), record.name() + "  |  " + tool, tool, now);
  }

  /// A line of what people see on the screen.
  private static void fact(ReportText text, String line) {
    int end = Math.min(LABEL_TO, line.length());
    text.fact(line.substring(LABEL_FROM, end).strip(), line.substring(end).strip());
  }

  private void contents(ReportText text, StoredSnapshot backup) throws IOException {
    switch (backup.record().kind()) {
      case TenantBackup.KIND -> {
        StoredTenant tenant = StoredTenant.open(repository.repository(), backup);
        text.heading("Tables");
        text.tables(tenant.facts());
        text.heading("Beside the tables");
        for (Map.Entry<String, String> fact : tenant.beside().entrySet()) {
          text.fact(fact.getKey(), fact.getValue());
        }
      }
      case DumpBackup.KIND -> {
        for (Map.Entry<String, List<TableFacts>> database :
            StoredDump.facts(repository.repository(), backup).entrySet()) {
          text.heading("Database " + database.getKey());
          text.tables(database.getValue());
        }
      }
      default -> {}
    }
  }

  private void checks(ReportText text, Instant now) {
    ProofCoverage proofs = ProofCoverage.look(repository, now, DAYS);
    text.heading("Checks");
    text.paragraph(
        "What follows is about the whole repository: backups share what they have in common.");
    text.fact("repository", repository.id());
    text.fact(
        "read back",
        new ByteSize(proofs.provedBytes())
            + " of "
            + new ByteSize(proofs.packBytes())
            + " within the last "
            + DAYS
            + " days");
    text.fact("longest ago", proofs.oldest().toDays() + " days, written or read back");
    text.fact(
        "damaged",
        proofs.damaged().isEmpty()
            ? "nothing that is known"
            : proofs.damaged().size() + " packs when they were last read");
    text.fact("this report", now + ", by " + tool);
    text.paragraph(
        "Only 'holdfast verify' and 'holdfast test-restore' show that the backup can be restored"
            + " now.");
  }
}
