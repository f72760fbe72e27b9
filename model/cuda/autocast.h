// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/autocast_mode.h>
#include <torch/version.h>

namespace normscope {

/// While it lives, this thread computes in bf16 on the device what keeps its accuracy in it (convolutions, batch norm),
/// and in f32 the rest (group norm, softmax, loss). Weights stay f32; their bf16 copies are made anew in each step, for
/// a recorded step must not read copies from before.
class Autocast {
public:
    Autocast(at::Device device, bool bf16) : m_on(bf16), m_type(device.type())
    {
        if (!m_on)
            return;
        m_cache = at::autocast::is_autocast_cache_enabled();
        at::autocast::set_autocast_cache_enabled(false);
        set(true);
    }
    ~Autocast()
    {
        if (!m_on)
            return;
        set(false);
        at::autocast::set_autocast_cache_enabled(m_cache);
    }
    Autocast(const Autocast&) = delete;
    Autocast& operator=(const Autocast&) = delete;

private:
    void set(bool on) const
    {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
        at::autocast::set_autocast_enabled(m_type, on);
        at::autocast::set_autocast_dtype(m_type, at::kBFloat16);
#else
        if (m_type == at::kCUDA) {
            at::autocast::set_enabled(on);
            at::autocast::set_autocast_gpu_dtype(at::kBFloat16);
        } else {
            at::autocast::set_cpu_enabled(on);
            at::autocast::set_autocast_cpu_dtype(at::kBFloat16);
        }
#endif
    }

    bool m_on;
    bool m_cache = true;
    at::DeviceType m_type;
};

} // namespace normscope
