package io.holdfast.storage.s3;

import io.holdfast.storage.Pace;
import io.holdfast.storage.ReadBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.AbortableInputStream;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/// Reads the body of an answer inside the SDK's time limit. Looks at the lengths that the answer
/// announces before anything is allocated, and hangs up instead of reading what nobody wants.
final class ReadBody implements ResponseTransformer<GetObjectResponse, ReadBody.Outcome> {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes (\\d{1,18})-\\d{1,18}/(\\d{1,18}|\\*)");
  private static final int SLICE_BYTES = 64 << 10;

  private final long offset;
  private final int lengthMax;
  private final Pace pace;
  private final ReadBuffers buffers;

  /// Wants a whole blob of at most `lengthMax` bytes, or up to `lengthMax` bytes from `offset`.
  ReadBody(long offset, int lengthMax, Pace pace, ReadBuffers buffers) {
    this.pace = pace;
    this.buffers = buffers;
    this.offset = offset;
    this.lengthMax = lengthMax;
  }

  /// What came.
  sealed interface Outcome {
    /// All bytes that were announced.
    final class Whole implements Outcome {
      private final byte[] bytes;

      private Whole(byte[] bytes) {
        this.bytes = bytes;
      }

      /// They belong to the caller.
      byte[] bytes() {
        return bytes;
      }
    }

    /// More bytes were announced than were wanted; none was read.
    record TooLong(long announced) implements Outcome {}

    /// The answer is about another range, or says no length.
    record Strange(String what) implements Outcome {}

    /// The connection ended or broke before the announced length.
    record BrokenOff(long received, long announced, @Nullable IOException cause)
        implements Outcome {}
  }

  @Override
  public Outcome transform(GetObjectResponse response, AbortableInputStream body) {
    Long announced = response.contentLength();
    if (announced == null || announced < 0) {
      body.abort();
      return new Outcome.Strange("the answer does not say its length");
    }
    long begins = begin(response.contentRange());
    if (begins != offset) {
      body.abort();
      return new Outcome.Strange("asked for bytes from " + offset + ", got those from " + begins);
    }
    if (announced > lengthMax) {
      body.abort();
      return new Outcome.TooLong(announced);
    }
    byte[] bytes = buffers.take(announced.intValue());
    int done = 0;
    try {
      while (done < bytes.length) {
        int slice = Math.min(bytes.length - done, Pace.SLICE_BYTES_MAX);
        int count = body.read(bytes, done, slice);
        if (count < 0) {
          body.abort();
          return new Outcome.BrokenOff(done, announced, null);
        }
        pace.receive(count);
        done += count;
      }
    } catch (IOException e) {
      body.abort();
      return new Outcome.BrokenOff(done, announced, e);
    }
    return new Outcome.Whole(bytes);
  }

  private static long begin(@Nullable String contentRange) {
    if (contentRange == null || contentRange.isEmpty()) {
      return 0;
    }
    Matcher range = CONTENT_RANGE.matcher(contentRange);
    return range.matches() ? Long.parseLong(range.group(1)) : -1;
  }

  /// Compares a stored blob with bytes at hand, without holding it in memory.
  static ResponseTransformer<GetObjectResponse, Comparison> comparing(ByteBuffer data, Pace pace) {
    return (response, body) -> {
      ByteBuffer rest = data.duplicate();
      byte[] slice = new byte[SLICE_BYTES];
      try {
        for (int count = body.read(slice); count >= 0; count = body.read(slice)) {
          if (count > rest.remaining()
              || !ByteBuffer.wrap(slice, 0, count).equals(rest.slice(rest.position(), count))) {
            body.abort();
            return Comparison.DIFFERENT;
          }
          pace.receive(count);
          rest.position(rest.position() + count);
        }
      } catch (IOException _) {
        body.abort();
        return Comparison.BROKEN_OFF;
      }
      // A length that was announced and did not come is no difference.
      Long announced = response.contentLength();
      boolean isWhole = announced != null && announced == data.remaining() - rest.remaining();
      return !isWhole
          ? Comparison.BROKEN_OFF
          : rest.hasRemaining() ? Comparison.DIFFERENT : Comparison.SAME;
    };
  }

  /// What [#comparing] found.
  enum Comparison {
    SAME,
    DIFFERENT,
    BROKEN_OFF
  }
}
