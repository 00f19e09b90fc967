package io.holdfast.engine.api;

import io.holdfast.base.Secret;
import io.holdfast.engine.OpenRepository;
import io.holdfast.engine.RepositoryAccess;
import io.holdfast.engine.config.Settings;
import io.holdfast.engine.doctor.Doctor;
import io.holdfast.engine.doctor.DoctorReport;
import io.holdfast.engine.tenant.Scopes;
import java.nio.file.Path;
import java.util.Optional;

/// One repository and one source, with every operation as a typed call: where programs begin.
///
/// ```java
/// try (Holdfast holdfast = Holdfast.open(options)) {
///   BackupReport made = holdfast.clusters().backup(request);
/// }
/// ```
///
/// **Threads.** May be used by several threads, and several operations may run at once, in this
/// process and in others: a backup never waits for a prune. Each operation runs in the thread that
/// calls it, starts threads where it needs some, and has ended them when it returns. There is no
/// state that two objects share, so a process may have as many as it has repositories.
///
/// **Watching.** Every group of operations comes in two forms: `clusters()`, which nobody watches,
/// and `clusters(watch)`, whose operations tell their progress to that [Watch] and end when it asks
/// for that.
///
/// **Lifetime.** The repository is opened once and stays open until [#close], which waits for the
/// operations that run; ask them to stop by their [Watch] if that shall be soon. An operation that
/// begins later fails with an `IllegalStateException`. Lists, indexes and what maintenance did are
/// read anew by every operation; the keys are those of the opening.
///
/// **Errors.** What has been understood is a [io.holdfast.base.BackupException] with a permanent
/// code, a message and a hint; `docs/reference/errors.md` lists the codes. Its kind says whether
/// trying again can help: `UNAVAILABLE` yes, after a pause; `UNKNOWN_OUTCOME` only after a look at
/// what is there; the other kinds not before somebody has changed something. Damage that was looked
/// for, and parts of the work that failed alone, are in the reports. Stores try again by themselves
/// before they give up: nobody has to do that within seconds.
///
/// **Secrets.** Keys, passphrases and URLs are [Secret]s or stay inside; nothing here prints one.
public final class Holdfast implements AutoCloseable {
  private final Options options;
  private final SharedRepository shared;

  private Holdfast(Options options, SharedRepository shared) {
    this.options = options;
    this.shared = shared;
  }

  /// Opens a repository, so that a wrong key or place is known at once.
  ///
  /// @throws io.holdfast.base.BackupException for example `REPOSITORY_MISSING`, `KEY_WRONG`,
  ///   `STORE_UNAVAILABLE`
  public static Holdfast open(Options options) {
    Holdfast made = of(options);
    String _ = made.id();
    return made;
  }

  /// Opens nothing yet: the first operation that needs the repository does, and if it cannot, the
  /// next one tries again. For what works without: [#examine], [#scopes], and backups that go to
  /// other repositories too, of which this one may be out of reach.
  public static Holdfast of(Options options) {
    return new Holdfast(options, new SharedRepository(options));
  }

  /// A repository that was made.
  ///
  /// @param keyFile where a new key was written, if one was made
  /// @param recoveryKit a page to print and keep apart from the repository
  public record Created(Holdfast holdfast, Optional<Path> keyFile, Secret recoveryKit) {}

  /// Makes a repository, with the keys of the source. Where no key was named, a key file is made.
  ///
  /// @throws io.holdfast.base.BackupException `REPOSITORY_EXISTS`
  public static Created create(Options options) {
    return created(options, access(options).init(options.settings()));
  }

  /// Makes a repository that shares the key space of another one: copies between both need not be
  /// sealed anew.
  public static Created createLike(Options options, Holdfast like) {
    return created(
        options, like.shared.use(model -> access(options).initLike(options.settings(), model)));
  }

  private static RepositoryAccess access(Options options) {
    return new RepositoryAccess(options.context(Watch.none()));
  }

  private static Created created(Options options, RepositoryAccess.Created made) {
    return new Created(
        new Holdfast(options, new SharedRepository(options, made.repository())),
        made.keyFile(),
        new Secret(made.recoveryKit()));
  }

  /// The permanent id of the repository, as text.
  public String id() {
    return shared.use(OpenRepository::id);
  }

  public Settings settings() {
    return options.settings();
  }

  public Clusters clusters() {
    return clusters(Watch.none());
  }

  public Clusters clusters(Watch watch) {
    return new Clusters(work(watch));
  }

  public WriteAheadLog wal() {
    return wal(Watch.none());
  }

  public WriteAheadLog wal(Watch watch) {
    return new WriteAheadLog(work(watch));
  }

  public Dumps dumps() {
    return dumps(Watch.none());
  }

  public Dumps dumps(Watch watch) {
    return new Dumps(work(watch));
  }

  public FileBackups files() {
    return files(Watch.none());
  }

  public FileBackups files(Watch watch) {
    return new FileBackups(work(watch));
  }

  public Tenants tenants() {
    return tenants(Watch.none());
  }

  public Tenants tenants(Watch watch) {
    return new Tenants(work(watch));
  }

  public Erasures erasures() {
    return erasures(Watch.none());
  }

  public Erasures erasures(Watch watch) {
    return new Erasures(work(watch));
  }

  public Snapshots snapshots() {
    return snapshots(Watch.none());
  }

  public Snapshots snapshots(Watch watch) {
    return new Snapshots(work(watch));
  }

  public Maintenance maintenance() {
    return maintenance(Watch.none());
  }

  public Maintenance maintenance(Watch watch) {
    return new Maintenance(work(watch));
  }

  public Copies copies() {
    return copies(Watch.none());
  }

  public Copies copies(Watch watch) {
    return new Copies(work(watch));
  }

  public Catalogs catalogs() {
    return catalogs(Watch.none());
  }

  public Catalogs catalogs(Watch watch) {
    return new Catalogs(work(watch));
  }

  public RepositoryKeys keys() {
    return keys(Watch.none());
  }

  public RepositoryKeys keys(Watch watch) {
    return new RepositoryKeys(work(watch));
  }

  public Exchange exchange() {
    return exchange(Watch.none());
  }

  public Exchange exchange(Watch watch) {
    return new Exchange(work(watch));
  }

  /// Scope maps and the source's database; needs no repository.
  public Scopes scopes() {
    return new Scopes(settings());
  }

  /// Looks at repository, key, server and host, and says what is in the way of backups.
  public DoctorReport examine(Watch watch) {
    return shared.during(
        () -> new Doctor(options.context(watch), options.environment()).examine(settings()));
  }

  /// Looks at repository and key alone. Both are opened anew, whatever is open here already, and it
  /// is tried how the store puts; nothing that lasts is written.
  public DoctorReport examineRepository(Watch watch) {
    return shared.during(
        () ->
            new Doctor(options.context(watch), options.environment())
                .examineRepository(settings()));
  }

  /// Looks at the source's server alone.
  public DoctorReport examineServer(Watch watch) {
    return shared.during(
        () -> new Doctor(options.context(watch), options.environment()).examineServer(settings()));
  }

  private Work work(Watch watch) {
    return new Work(shared, options, watch);
  }

  SharedRepository shared() {
    return shared;
  }

  /// Waits for the operations that run, then wipes the keys and closes the store. Doing it again
  /// changes nothing.
  ///
  /// @throws IllegalStateException if an operation of the same thread runs
  @Override
  public void close() {
    shared.close();
  }

  /// Names the repository and nothing else.
  @Override
  public String toString() {
    return "Holdfast[" + settings().repository() + "]";
  }
}
