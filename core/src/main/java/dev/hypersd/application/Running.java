package dev.hypersd.application;

import dev.hypersd.error.HyperSdException;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** Counts what is in progress, so that it can end before its resources are freed. Safe to share. */
final class Running {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int count;
    private boolean hasEnded;
    private volatile boolean isCancelled;

    /**
     * Carries {@code work} out.
     *
     * @throws HyperSdException if nothing new may begin
     */
    <T> T during(Supplier<T> work) {
        begin();
        try {
            return work.get();
        } finally {
            end();
        }
    }

    private void begin() {
        lock.lock();
        try {
            if (hasEnded) {
                throw new HyperSdException("this model is closed: open it again to draw with it");
            }
            count++;
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            count--;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Returns whether all work is to stop. */
    boolean isCancelled() {
        return isCancelled;
    }

    /** Lets nothing new begin, waits for what is in progress, and cancels what is not done within {@code grace}. */
    void end(Duration grace) {
        lock.lock();
        try {
            hasEnded = true;
            long left = grace.toNanos();
            while (count > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            isCancelled = true;
            lock.unlock();
        }
        awaitCancelled();
    }

    /** Waits for the rest, which ends after the present layer of a network. */
    private void awaitCancelled() {
        lock.lock();
        try {
            while (count > 0) {
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }
}
