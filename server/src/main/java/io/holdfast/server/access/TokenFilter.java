package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.Secret;
import io.holdfast.server.web.Problems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataAccessException;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.TransactionException;
import org.springframework.web.filter.OncePerRequestFilter;

/// Finds out who calls by `Authorization: Bearer TOKEN`.
final class TokenFilter extends OncePerRequestFilter {
  private static final String SCHEME = "Bearer ";

  private final Tokens tokens;
  private final HostTokens hosts;
  private final Problems problems;

  TokenFilter(Tokens tokens, HostTokens hosts, Problems problems) {
    this.tokens = tokens;
    this.hosts = hosts;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      signIn(request);
    } catch (BackupException e) {
      problems.write(response, request.getRequestURI(), e);
      return;
    } catch (DataAccessException | TransactionException e) {
      // Not "who are you": a good token is still good.
      problems.write(response, request.getRequestURI(), Problems.ofCatalog(e));
      return;
    }
    chain.doFilter(request, response);
  }

  private void signIn(HttpServletRequest request) {
    Optional.ofNullable(request.getHeader("Authorization"))
        .filter(header -> header.startsWith(SCHEME))
        .map(header -> new Secret(header.substring(SCHEME.length())))
        .flatMap(this::visitor)
        .ifPresent(TokenFilter::signIn);
  }

  private Optional<? extends Visitor> visitor(Secret shown) {
    return HostTokens.isOne(shown) ? Optional.of(hosts.caller(shown)) : tokens.caller(shown);
  }

  private static void signIn(Visitor caller) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(
        UsernamePasswordAuthenticationToken.authenticated(
            caller, "", List.of(new SimpleGrantedAuthority(caller.authority()))));
    SecurityContextHolder.setContext(context);
  }
}
