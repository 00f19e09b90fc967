package io.holdfast.storage.sftp;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes what writers that died left in `~tmp`: files with names of ours that nobody wrote to for
/// a day, by the server's own clock, which a file just written tells. A wrong guess loses nothing:
/// a writer whose file was swept cannot publish it and reports that nothing was stored.
final class SftpLeftovers {
  static final Duration AGE_MIN = Duration.ofDays(1);

  private static final int FILES_MAX = 10_000;
  private static final Pattern OURS = Pattern.compile("[0-9a-f]{32}(-probe)?");
  private static final Logger log = LoggerFactory.getLogger(SftpLeftovers.class);

  private final AtomicBoolean swept = new AtomicBoolean();

  /// @param fresh a file that was written a moment ago
  void sweepOnce(Channel channel, String directory, Channel.Handle fresh) throws IOException {
    if (swept.getAndSet(true)) {
      return;
    }
    try {
      sweep(channel, directory, fresh);
    } catch (AnsweredException e) {
      log.warn("cannot sweep left-over files in {}", directory, e);
    }
  }

  private static void sweep(Channel channel, String directory, Channel.Handle fresh)
      throws IOException {
    long now = channel.attributes(fresh).modifiedSeconds();
    if (now < 0) {
      return; // a server without times keeps its leftovers
    }
    List<String> old = new ArrayList<>();
    channel.readDirectory(
        directory,
        entry -> {
          long written = entry.attributes().modifiedSeconds();
          if (OURS.matcher(entry.name()).matches()
              && written >= 0
              && written < now - AGE_MIN.toSeconds()
              && old.size() < FILES_MAX) {
            old.add(directory + "/" + entry.name());
          }
        });
    for (String path : old) {
      try {
        channel.remove(path);
        log.info("removed {}, left by a writer that died", path);
      } catch (AnsweredException e) {
        if (!e.saysAbsent()) {
          throw e;
        }
      }
    }
  }
}
