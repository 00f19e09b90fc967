package io.holdfast.engine;

import io.holdfast.base.Cancellation;
import io.holdfast.base.Entropy;
import io.holdfast.base.Progress;
import io.holdfast.base.concurrent.Pause;
import java.time.InstantSource;

/// What every use case needs from outside: time, randomness, waiting, where progress goes, and
/// whether to stop.
public record EngineContext(
    InstantSource clock,
    Entropy entropy,
    Pause pause,
    Progress progress,
    Cancellation cancellation) {}
