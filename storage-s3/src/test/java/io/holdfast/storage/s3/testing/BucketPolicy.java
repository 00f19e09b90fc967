package io.holdfast.storage.s3.testing;

import io.holdfast.storage.web.testing.FaultProxy.Choice;
import io.holdfast.storage.web.testing.FaultProxy.Fault;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Enforces at a proxy what `docs/guide/stores.md` asks of a bucket's owner. An endpoint stands for
/// a credential: whoever asks there is the writer or the maintainer. What was refused is kept.
///
/// *Not AWS*: it shows that the policies of that page suffice and what they prevent, as far as they
/// are understood here.
public final class BucketPolicy implements Choice {
  private static final Pattern OBJECT =
      Pattern.compile("(PUT|DELETE|POST) /[^/ ?]+/?([^ ?]*)(\\?[^ ]*)? HTTP/1\\.[01]");
  private static final List<String> NOT_THE_WRITERS =
      List.of("forgot", "maint", "shredded", "erased", "keys");

  private final String folder;
  private final Role role;
  private final Lock lock;
  private final List<String> refused = new ArrayList<>();

  private BucketPolicy(String folder, Role role, Lock lock) {
    this.folder = folder;
    this.role = role;
    this.lock = lock;
  }

  /// Who asks.
  public enum Role {
    WRITER,
    MAINTAINER
  }

  /// @param folder of the repository in the bucket, without slashes at its ends
  public static BucketPolicy of(String folder, Role role, Lock lock) {
    return new BucketPolicy(folder, role, lock);
  }

  /// Keeps each object for a while after it was put, whoever asks.
  public static final class Lock {
    private final Duration retention;
    private final InstantSource clock;
    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final Map<String, Instant> until = new ConcurrentHashMap<>();

    public Lock(Duration retention, InstantSource clock) {
      this.retention = retention;
      this.clock = clock;
    }

    /// The store's clock goes on by so much.
    public void pass(Duration time) {
      ahead.updateAndGet(time::plus);
    }

    private Instant now() {
      return clock.instant().plus(ahead.get());
    }

    private boolean keeps(String name) {
      Instant end = until.get(name);
      return end != null && now().isBefore(end);
    }

    private void begin(String name) {
      var _ = until.putIfAbsent(name, now().plus(retention));
    }
  }

  @Override
  public Fault of(String line) {
    return of(line, line);
  }

  @Override
  public synchronized Fault of(String line, String head) {
    Matcher request = OBJECT.matcher(line);
    if (!request.matches()) {
      return Fault.none();
    }
    String name = request.group(2);
    Fault answer =
        switch (request.group(1)) {
          case "PUT" -> put(name, head.toLowerCase(Locale.ROOT), request.group(3) != null);
          case "DELETE" -> delete(name);
          default -> denied();
        };
    if (answer instanceof Fault.Answer) {
      refused.add(request.group(1) + " " + name);
    }
    return answer;
  }

  private Fault put(String name, String head, boolean hasQuery) {
    boolean isPlain = !hasQuery && !head.contains("\r\nx-amz-copy-source:");
    boolean creates = head.contains("\r\nif-none-match: *");
    if (!isPlain || !creates || !name.startsWith(folder + "/")) {
      return denied();
    }
    String kind = name.substring(folder.length() + 1).replaceFirst("/.*", "");
    if (role == Role.WRITER && NOT_THE_WRITERS.contains(kind)) {
      return denied();
    }
    lock.begin(name);
    return Fault.none();
  }

  private Fault delete(String name) {
    if (role == Role.WRITER || !name.startsWith(folder + "/")) {
      return denied();
    }
    return lock.keeps(name)
        ? new Fault.Answer(
            403, "AccessDenied", "Access Denied because object protected by object lock.")
        : Fault.none();
  }

  private static Fault denied() {
    return new Fault.Answer(403, "AccessDenied", "Access Denied");
  }

  /// What was refused so far: method and name.
  public synchronized List<String> refused() {
    return List.copyOf(refused);
  }
}
