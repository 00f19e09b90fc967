package io.holdfast.examples.legal;

import java.io.IOException;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Documents with the scans of their signatures, and messages.
final class PaperRows {
  /// Of the first signature. PostgreSQL gives oids from 16,384 upwards, so for a long time none of
  /// its own is met here.
  private static final long FIRST_SIGNATURE = 3_000_000_000L;

  private PaperRows() {}

  static void write(Generation run) throws SQLException, IOException {
    signatures(run);
    AtomicLong nextSignature = new AtomicLong(FIRST_SIGNATURE);
    run.fill(
        "documents",
        "id, user_id, matter_id, folder_id, kind, name, mime_type, storage_key, byte_size, sha256,"
            + " signature_oid, created_at, updated_at",
        (table, account) -> {
          for (Document document : new Documents(account)) {
            document(run, table, document, nextSignature);
          }
        });
    run.fill(
        "chat_messages",
        "id, user_id, matter_id, session_id, reply_to, author, body, cited_documents, created_at",
        PaperRows::messages);
  }

  /// The documents of an account, one after the other, always in the same order.
  private record Documents(Account account) implements Iterable<Document> {
    @Override
    public Iterator<Document> iterator() {
      return IntStream.range(0, account.binders())
          .boxed()
          .flatMap(
              binder ->
                  IntStream.range(0, Document.FOLDERS + account.files(binder))
                      .mapToObj(number -> new Document(account, binder, number)))
          .iterator();
    }
  }

  /// The scans get numbers of our choice, so that the same seed gives the same rows.
  private static void signatures(Generation run) throws SQLException, IOException {
    try (Statement statement = run.connection().createStatement()) {
      statement.execute(
          "CREATE TEMPORARY TABLE signature_scans (scan oid, content bytea) ON COMMIT DROP");
      AtomicLong next = new AtomicLong(FIRST_SIGNATURE);
      run.fill(
          "signature_scans",
          "scan, content",
          (table, account) -> {
            for (Document document : new Documents(account)) {
              if (document.isSigned()) {
                table.row(next.getAndIncrement(), document.signature());
              }
            }
          });
      statement.execute("SELECT count(lo_from_bytea(scan, content)) FROM signature_scans");
      run.written().remove("signature_scans");
    }
  }

  private static void document(
      Generation run, CopyTable table, Document document, AtomicLong nextSignature)
      throws SQLException, IOException {
    Account account = document.account();
    Chance chance = document.chance("document");
    boolean folder = document.isFolder();
    byte[] content = folder ? new byte[0] : document.content();
    if (!folder) {
      run.assets().write(document.storageKey(), content);
    }
    table.row(
        document.id(),
        account.id(),
        account.isMatter(document.binder()) ? account.matterId(document.binder()) : null,
        document.number() == 0 ? null : document.folder().id(),
        folder ? "folder" : "file",
        Words.sentence(chance, 4) + (folder ? "" : ".pdf"),
        folder ? null : "application/pdf",
        folder ? null : document.storageKey(),
        folder ? null : content.length,
        folder ? null : Generation.sha256(content),
        document.isSigned() ? nextSignature.getAndIncrement() : null,
        account.opened(document.binder()),
        account.opened(document.binder()).plus(Duration.ofMinutes(document.number())));
  }

  /// Three conversations in each binder take turns: one about the whole, one about each of its
  /// first two sessions. A reply stays in its conversation.
  private static void messages(CopyTable table, Account account) throws SQLException {
    for (int binder = 0; binder < account.binders(); binder++) {
      int messages = account.messages(binder);
      for (int number = 0; number < messages; number++) {
        Chance chance = Chance.of(account.seed(), "message", account.index(), binder, number);
        table.row(
            messageId(account, binder, number),
            account.id(),
            account.isMatter(binder) ? account.matterId(binder) : null,
            sessionOfConversation(account, binder, number % 3),
            number < 3 || chance.onceIn(4) ? null : messageId(account, binder, number - 3),
            number % 6 < 3 ? "user" : "assistant",
            Words.sentence(chance, 40),
            cited(account, binder, chance),
            account.opened(binder).plus(Duration.ofMinutes(10L + number)));
      }
    }
  }

  private static UUID messageId(Account account, int binder, int number) {
    return Chance.of(account.seed(), "chat_messages", account.index(), binder, number).uuid();
  }

  private static @Nullable UUID sessionOfConversation(Account account, int binder, int talk) {
    return talk > 0 && talk <= account.sessions(binder)
        ? new Session(account, binder, talk - 1).id()
        : null;
  }

  private static List<UUID> cited(Account account, int binder, Chance chance) {
    List<UUID> cited = new ArrayList<>();
    for (int i = chance.below(3); i > 0; i--) {
      int number = Document.FOLDERS + chance.below(account.files(binder));
      cited.add(new Document(account, binder, number).id());
    }
    return cited;
  }
}
