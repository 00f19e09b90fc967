package io.holdfast.server.access;

import io.holdfast.base.Secret;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/// Finds out who calls by `Authorization: Bearer TOKEN`.
final class TokenFilter extends OncePerRequestFilter {
  private static final String SCHEME = "Bearer ";

  private final Tokens tokens;

  TokenFilter(Tokens tokens) {
    this.tokens = tokens;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional.ofNullable(request.getHeader("Authorization"))
        .filter(header -> header.startsWith(SCHEME))
        .map(header -> new Secret(header.substring(SCHEME.length())))
        .flatMap(tokens::caller)
        .ifPresent(TokenFilter::signIn);
    chain.doFilter(request, response);
  }

  private static void signIn(Caller caller) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(
        UsernamePasswordAuthenticationToken.authenticated(
            caller, "", List.of(new SimpleGrantedAuthority("ROLE_" + caller.role().name()))));
    SecurityContextHolder.setContext(context);
  }
}
