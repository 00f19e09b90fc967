package io.holdfast.server.access;

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
  private final Problems problems;

  TokenFilter(Tokens tokens, Problems problems) {
    this.tokens = tokens;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    try {
      signIn(request);
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
        .flatMap(tokens::caller)
        .ifPresent(TokenFilter::signIn);
  }

  private static void signIn(Caller caller) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(
        UsernamePasswordAuthenticationToken.authenticated(
            caller, "", List.of(new SimpleGrantedAuthority("ROLE_" + caller.role().name()))));
    SecurityContextHolder.setContext(context);
  }
}
