package io.holdfast.engine.rows;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CharsetEncoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/// Bytes of one encoding as bytes of another, whatever their number. *Confined.*
public final class Utf8Stream extends InputStream {
  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;
  private final String what;
  private final CharsetDecoder decoder;
  private final CharsetEncoder encoder;
  private final ByteBuffer source = ByteBuffer.allocate(BUFFER_BYTES).flip();
  private final CharBuffer text = CharBuffer.allocate(BUFFER_BYTES).flip();
  private final ByteBuffer target = ByteBuffer.allocate(4 * BUFFER_BYTES).flip();
  private boolean ended;

  private Utf8Stream(InputStream in, String what, Charset from, Charset to) {
    this.in = in;
    this.what = what;
    this.decoder =
        from.newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    this.encoder =
        to.newEncoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /// The same text in UTF-8.
  ///
  /// @param encoding of `in`, as PostgreSQL calls it
  /// @param what it is, for errors
  public static InputStream of(InputStream in, String encoding, String what) {
    return Encodings.isUtf8(encoding)
        ? in
        : new Utf8Stream(in, what, Encodings.charset(encoding), StandardCharsets.UTF_8);
  }

  @Override
  public int read() throws IOException {
    return fill() ? target.get() & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int step = Math.min(length, target.remaining());
    target.get(bytes, offset, step);
    return step;
  }

  private boolean fill() throws IOException {
    while (!target.hasRemaining()) {
      if (ended) {
        return false;
      }
      step();
    }
    return true;
  }

  private void step() throws IOException {
    source.compact();
    int read = in.read(source.array(), source.position(), source.remaining());
    boolean last = read < 0;
    source.position(source.position() + Math.max(read, 0)).flip();
    text.compact();
    check(decoder.decode(source, text, last));
    text.flip();
    target.clear();
    check(encoder.encode(text, target, last));
    target.flip();
    ended = last && !source.hasRemaining() && !text.hasRemaining();
  }

  private void check(CoderResult result) {
    if (result.isError()) {
      try {
        result.throwException();
      } catch (CharacterCodingException e) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            what + " is no text in " + decoder.charset() + ": " + e.getMessage(),
            "Write it as it is with --format sql.",
            e);
      }
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
