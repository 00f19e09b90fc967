package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.source.Applications;
import io.holdfast.server.web.BodyLimit;
import io.holdfast.server.web.Problems;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.MethodParameter;
import org.springframework.http.HttpMethod;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.authentication.UsernamePasswordAuthenticationFilter;
import org.springframework.web.bind.support.WebDataBinderFactory;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.CorsConfigurationSource;
import org.springframework.web.cors.UrlBasedCorsConfigurationSource;
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/// Nothing is open but the set-up and the description of the API; there are no cookies, so there is
/// nothing to forge.
@Configuration(proxyBeanMethods = false)
class AccessConfiguration implements WebMvcConfigurer {
  private static final Duration PREFLIGHT = Duration.ofMinutes(10);

  @Bean
  SecurityFilterChain security(
      HttpSecurity http,
      Tokens tokens,
      HostTokens hosts,
      CorsConfigurationSource origins,
      Problems problems)
      throws Exception {
    return http.csrf(AbstractHttpConfigurer::disable)
        .cors(cors -> cors.configurationSource(origins))
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .addFilterBefore(new BodyLimit(problems), UsernamePasswordAuthenticationFilter.class)
        .addFilterAfter(new TokenFilter(tokens, hosts, problems), BodyLimit.class)
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(HttpMethod.POST, "/api/setup")
                    .permitAll()
                    // The one has a secret of its own, the other tells strangers one word.
                    .requestMatchers("/api/cron/backup", "/actuator/health")
                    .permitAll()
                    // The link is the secret.
                    .requestMatchers(HttpMethod.GET, "/api/downloads/*")
                    .permitAll()
                    .requestMatchers(HttpMethod.GET, "/api/openapi.yaml", "/api/openapi.json")
                    .permitAll()
                    .requestMatchers("/api/backups", "/api/backups/**")
                    .hasAuthority(AccountCaller.AUTHORITY)
                    // Accounts see their own operations there, by their ids.
                    .requestMatchers("/api/operations/*", "/api/operations/*/*")
                    .hasAnyAuthority(AccountCaller.AUTHORITY, Caller.AUTHORITY)
                    .anyRequest()
                    .hasAuthority(Caller.AUTHORITY))
        .exceptionHandling(
            handling ->
                handling
                    .authenticationEntryPoint(
                        (request, response, _) ->
                            problems.write(
                                response,
                                request.getRequestURI(),
                                new BackupException(
                                    ErrorCode.NOT_SIGNED_IN,
                                    "this takes a token",
                                    "Send 'Authorization: Bearer TOKEN' with a token that counts.")))
                    .accessDeniedHandler(
                        (request, response, _) ->
                            problems.write(
                                response,
                                request.getRequestURI(),
                                new BackupException(
                                    ErrorCode.NOT_ALLOWED, "this may not be done", ""))))
        .build();
  }

  /// Pages of host applications may make requests that show a token; there are no cookies that they
  /// could send along.
  @Bean
  CorsConfigurationSource origins(Applications applications) {
    CorsConfiguration allowed = new CorsConfiguration();
    allowed.setAllowedOrigins(
        applications.all().stream().flatMap(it -> it.origins().stream()).distinct().toList());
    allowed.setAllowedMethods(List.of("GET", "POST", "PUT", "DELETE"));
    allowed.setAllowedHeaders(List.of("Authorization", "Content-Type", "Last-Event-ID"));
    allowed.setExposedHeaders(List.of("Location", "Content-Disposition"));
    allowed.setMaxAge(PREFLIGHT);
    UrlBasedCorsConfigurationSource source = new UrlBasedCorsConfigurationSource();
    for (String path : List.of("/api/backups/**", "/api/operations/**", "/api/downloads/**")) {
      source.registerCorsConfiguration(path, allowed);
    }
    return source;
  }

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(new CallerResolver());
  }

  /// Hands the caller to routes that ask for one.
  private static final class CallerResolver implements HandlerMethodArgumentResolver {
    @Override
    public boolean supportsParameter(MethodParameter parameter) {
      return Visitor.class.isAssignableFrom(parameter.getParameterType());
    }

    @Override
    public Object resolveArgument(
        MethodParameter parameter,
        @org.jspecify.annotations.Nullable ModelAndViewContainer container,
        NativeWebRequest request,
        @org.jspecify.annotations.Nullable WebDataBinderFactory binders) {
      var authentication = SecurityContextHolder.getContext().getAuthentication();
      if (authentication != null && authentication.getPrincipal() instanceof Visitor visitor) {
        if (parameter.getParameterType().isInstance(visitor)) {
          return visitor;
        }
        throw new BackupException(
            ErrorCode.NOT_ALLOWED, "this is not for whoever has this kind of token", "");
      }
      throw new BackupException(ErrorCode.NOT_SIGNED_IN, "this takes a token", "");
    }
  }
}
