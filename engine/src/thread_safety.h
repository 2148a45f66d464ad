// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

/// Which lock guards what, in words that clang checks (`-Wthread-safety`) and other compilers do not see. The standard
/// library's mutexes carry no such words, so these wrap them; at run time they are the same, for sanitizers too.
#ifdef __clang__
#define RUSTCASK_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define RUSTCASK_THREAD_ATTRIBUTE(x)
#endif

/// On a field: only with the lock held.
#define RUSTCASK_GUARDED_BY(lock) RUSTCASK_THREAD_ATTRIBUTE(guarded_by(lock))
/// On a function: the caller holds the lock.
#define RUSTCASK_REQUIRES(...) RUSTCASK_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
/// On a function: it takes the lock itself, so the caller must not hold it.
#define RUSTCASK_EXCLUDES(...) RUSTCASK_THREAD_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace rustcask {

class RUSTCASK_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
public:
    void lock() RUSTCASK_THREAD_ATTRIBUTE(acquire_capability()) { m_mutex.lock(); }
    void unlock() RUSTCASK_THREAD_ATTRIBUTE(release_capability()) { m_mutex.unlock(); }
    [[nodiscard]] bool try_lock() RUSTCASK_THREAD_ATTRIBUTE(try_acquire_capability(true)) { return m_mutex.try_lock(); }
    /// Tells the check what it cannot see: that a callback is only called with the lock held.
    void assertHeld() const RUSTCASK_THREAD_ATTRIBUTE(assert_capability(this)) {}

private:
    friend class MutexLock;
    std::mutex m_mutex;
};

/// Holds a mutex to the end of the scope; may let go of it and take it again in between.
class RUSTCASK_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
public:
    explicit MutexLock(Mutex& mutex) RUSTCASK_THREAD_ATTRIBUTE(acquire_capability(mutex)) : m_lock(mutex.m_mutex) {}
    ~MutexLock() RUSTCASK_THREAD_ATTRIBUTE(release_capability()) {}
    MutexLock(const MutexLock&) = delete;
    MutexLock& operator=(const MutexLock&) = delete;
    void unlock() RUSTCASK_THREAD_ATTRIBUTE(release_capability()) { m_lock.unlock(); }
    void lock() RUSTCASK_THREAD_ATTRIBUTE(acquire_capability()) { m_lock.lock(); }

private:
    friend class ConditionVariable;
    friend class MutexUnlock;
    std::unique_lock<std::mutex> m_lock;
};

/// Lets go of a mutex that somebody up the stack holds by `lock`, and takes it again at the end of the scope.
class RUSTCASK_THREAD_ATTRIBUTE(scoped_lockable) MutexUnlock {
public:
    MutexUnlock(MutexLock& lock, Mutex& mutex) RUSTCASK_THREAD_ATTRIBUTE(release_capability(mutex))
        : m_lock(lock.m_lock) {
        static_cast<void>(mutex);
        m_lock.unlock();
    }
    ~MutexUnlock() RUSTCASK_THREAD_ATTRIBUTE(release_capability()) { m_lock.lock(); }
    MutexUnlock(const MutexUnlock&) = delete;
    MutexUnlock& operator=(const MutexUnlock&) = delete;

private:
    std::unique_lock<std::mutex>& m_lock;
};

/// Waits with a `MutexLock`, which is held again when a wait returns.
class ConditionVariable {
public:
    void wait(MutexLock& lock) { m_condition.wait(lock.m_lock); }
    template <typename Predicate>
    void wait(MutexLock& lock, Predicate predicate) {
        m_condition.wait(lock.m_lock, std::move(predicate));
    }
    template <typename Rep, typename Period>
    std::cv_status wait_for(MutexLock& lock, const std::chrono::duration<Rep, Period>& time) {
        return m_condition.wait_for(lock.m_lock, time);
    }
    void notify_one() noexcept { m_condition.notify_one(); }
    void notify_all() noexcept { m_condition.notify_all(); }

private:
    std::condition_variable m_condition;
};

} // namespace rustcask
