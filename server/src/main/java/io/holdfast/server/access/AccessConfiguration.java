package io.holdfast.server.access;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.server.web.BodyLimit;
import io.holdfast.server.web.Problems;
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
import org.springframework.web.method.support.HandlerMethodArgumentResolver;
import org.springframework.web.method.support.ModelAndViewContainer;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/// Nothing is open but the set-up; there are no cookies, so there is nothing to forge.
@Configuration(proxyBeanMethods = false)
class AccessConfiguration implements WebMvcConfigurer {
  @Bean
  SecurityFilterChain security(HttpSecurity http, Tokens tokens, Problems problems)
      throws Exception {
    return http.csrf(AbstractHttpConfigurer::disable)
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(AbstractHttpConfigurer::disable)
        .anonymous(AbstractHttpConfigurer::disable)
        .logout(AbstractHttpConfigurer::disable)
        .addFilterBefore(new BodyLimit(problems), UsernamePasswordAuthenticationFilter.class)
        .addFilterAfter(new TokenFilter(tokens, problems), BodyLimit.class)
        .authorizeHttpRequests(
            requests ->
                requests
                    .requestMatchers(HttpMethod.POST, "/api/setup")
                    .permitAll()
                    // The one has a secret of its own, the other tells strangers one word.
                    .requestMatchers("/api/cron/backup", "/actuator/health")
                    .permitAll()
                    .anyRequest()
                    .authenticated())
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

  @Override
  public void addArgumentResolvers(List<HandlerMethodArgumentResolver> resolvers) {
    resolvers.add(new CallerResolver());
  }

  /// Hands the caller to routes that ask for one.
  private static final class CallerResolver implements HandlerMethodArgumentResolver {
    @Override
    public boolean supportsParameter(MethodParameter parameter) {
      return parameter.getParameterType() == Caller.class;
    }

    @Override
    public Object resolveArgument(
        MethodParameter parameter,
        @org.jspecify.annotations.Nullable ModelAndViewContainer container,
        NativeWebRequest request,
        @org.jspecify.annotations.Nullable WebDataBinderFactory binders) {
      var authentication = SecurityContextHolder.getContext().getAuthentication();
      if (authentication != null && authentication.getPrincipal() instanceof Caller caller) {
        return caller;
      }
      throw new BackupException(ErrorCode.NOT_SIGNED_IN, "this takes a token", "");
    }
  }
}
