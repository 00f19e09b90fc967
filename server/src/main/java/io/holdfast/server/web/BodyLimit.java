package io.holdfast.server.web;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/// Refuses bodies that are longer than any request has: what is said, and what comes.
public final class BodyLimit extends OncePerRequestFilter {
  /// The longest body.
  public static final int BYTES_MAX = 1 << 20;

  private final Problems problems;

  public BodyLimit(Problems problems) {
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getContentLengthLong() > BYTES_MAX) {
      problems.write(
          response,
          request.getRequestURI(),
          new BackupException(
              ErrorCode.BAD_ARGUMENT,
              "the body has " + request.getContentLengthLong() + " bytes",
              "A body has at most " + BYTES_MAX + " bytes."));
      return;
    }
    chain.doFilter(new Limited(request), response);
  }

  /// A request whose body ends with a failure where it goes on beyond the limit.
  private static final class Limited extends HttpServletRequestWrapper {
    Limited(HttpServletRequest request) {
      super(request);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new Counted(super.getInputStream());
    }
  }

  private static final class Counted extends ServletInputStream {
    private final ServletInputStream in;
    private int bytes;

    Counted(ServletInputStream in) {
      this.in = in;
    }

    private int count(int read) throws IOException {
      bytes += Math.max(0, read);
      if (bytes > BYTES_MAX) {
        throw new IOException("the body has more than " + BYTES_MAX + " bytes");
      }
      return read;
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      int _ = count(read < 0 ? 0 : 1);
      return read;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return count(in.read(target, offset, length));
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
