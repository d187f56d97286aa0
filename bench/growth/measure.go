package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aerodb/aerodb/bench/host"
	"github.com/aerodb/aerodb/bench/users"
)

// A run measures in a directory of its own.
type run struct {
	ctx    context.Context
	dir    string
	result *Result
}

// measure does everything in dir, which it leaves empty.
func measure(ctx context.Context, dir string, settings Settings) (*Result, error) {
	r := &run{ctx, dir, &Result{Settings: settings, Machine: host.Look(dir)}}
	defer os.RemoveAll(r.growing())
	for i := range settings.Sizes {
		if err := r.load(i); err != nil {
			return nil, err
		}
		defer os.RemoveAll(r.kept(i))
	}
	if err := os.RemoveAll(r.growing()); err != nil {
		return nil, err
	}
	for round := range settings.Rounds {
		for turn := range settings.Sizes {
			if err := r.at((round+turn)%len(settings.Sizes), round); err != nil {
				return nil, err
			}
		}
	}
	r.result.Machine.LoadAfter = host.Load()
	return r.result, nil
}

func (r *run) growing() string   { return filepath.Join(r.dir, "growing") }
func (r *run) kept(i int) string { return filepath.Join(r.dir, fmt.Sprint(r.result.Settings.Sizes[i])) }

func (r *run) job(do, dir string) Job {
	return Job{Do: do, Dir: dir, LogLimit: r.result.Settings.logLimit()}
}

// load grows the database to size i and keeps a clone of it.
func (r *run) load(i int) error {
	settings := &r.result.Settings
	job := r.job("load", r.growing())
	job.To, job.Batch = settings.Sizes[i], settings.Batch
	if i > 0 {
		job.Of = settings.Sizes[i-1]
	}
	say("load: %d to %d documents", job.Of, job.To)
	o, err := do(r.ctx, job)
	if err != nil {
		return err
	}
	s := &Size{Documents: job.To, Values: map[string][]float64{}, During: o.Checkpoints}
	for name, value := range o.Values {
		s.add(name, value)
	}
	s.add("memory-load", float64(o.Memory)/1e6)
	s.add("disk", float64(host.DiskSize(r.growing()))/1e6)
	r.result.Sizes = append(r.result.Sizes, s)
	return clone(r.ctx, r.growing(), r.kept(i))
}

// at measures everything once at size i.
func (r *run) at(i, round int) error {
	settings, s := &r.result.Settings, r.result.Sizes[i]
	say("round %d of %d: %d documents", round+1, settings.Rounds, s.Documents)
	if err := r.starts(s, r.kept(i)); err != nil {
		return err
	}
	job := r.job("reads", r.kept(i))
	job.Of, job.Settings, job.Seed = s.Documents, settings, settings.Seed+uint64(round)
	o, err := do(r.ctx, job)
	if err != nil {
		return err
	}
	s.addLatencies(o.Each)
	s.add("memory-read", float64(o.Memory)/1e6)
	if err := r.writes(i); err != nil {
		return err
	}
	return r.onClone(i, func(dir string) error { return r.killed(s, dir) })
}

// writes measures what changes the database, each on a clone.
func (r *run) writes(i int) error {
	settings, s := &r.result.Settings, r.result.Sizes[i]
	todo := []Job{{Do: "inserts", N: settings.Inserts}, {Do: "snapshots", N: settings.Snapshots}}
	for _, kib := range settings.Logs {
		todo = append(todo, Job{Do: "checkpoints", N: settings.Checkpoints, LogBytes: int64(kib) << 10, Batch: 100})
	}
	for _, job := range todo {
		err := r.onClone(i, func(dir string) error {
			job.Dir, job.LogLimit, job.Of, job.Beside = dir, settings.logLimit(), s.Documents, filepath.Join(dir, "..", "beside")
			o, err := do(r.ctx, job)
			if err != nil {
				return err
			}
			s.addLatencies(o.Each)
			s.Checkpoints = append(s.Checkpoints, o.Checkpoints...)
			return os.RemoveAll(job.Beside)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// onClone calls f with a clone of size i, which is thrown away then.
func (r *run) onClone(i int, f func(dir string) error) error {
	dir := filepath.Join(r.dir, "clone")
	if err := clone(r.ctx, r.kept(i), dir); err != nil {
		return err
	}
	return errors.Join(f(dir), os.RemoveAll(dir))
}

// starts times processes that open the database, cleanly closed, and get a document.
func (r *run) starts(s *Size, dir string) error {
	for range r.result.Settings.Starts {
		p, err := r.start(s, dir, "")
		if err != nil {
			return err
		}
		if err := p.close(); err != nil {
			return err
		}
		s.add("processor", milliseconds(p.processor()))
	}
	return nil
}

// killed times the same after a process was killed that had written. Those that are timed
// are killed too, so that the next finds the same log.
func (r *run) killed(s *Size, dir string) error {
	job := r.job("dirty", dir)
	job.Of, job.N, job.Batch = s.Documents, r.result.Settings.Kill, 100
	p, err := spawn(r.ctx, job)
	if err != nil {
		return err
	}
	p.kill()
	for range r.result.Settings.Starts {
		p, err := r.start(s, dir, "-killed")
		if err != nil {
			return err
		}
		p.kill()
		s.add("processor-killed", milliseconds(p.processor()))
	}
	return nil
}

func (r *run) start(s *Size, dir, suffix string) (*process, error) {
	job := r.job("start", dir)
	job.Of = s.Documents
	p, err := spawn(r.ctx, job)
	if err != nil {
		return nil, err
	}
	if id := users.ID(s.Documents / 2); !strings.Contains(p.outcome.Document, id) {
		p.kill()
		return nil, fmt.Errorf("document %s is %q", id, p.outcome.Document)
	}
	s.add("open"+suffix, p.outcome.Values["open"])
	s.add("start"+suffix, milliseconds(p.whole))
	s.add("memory-open"+suffix, float64(p.outcome.Memory)/1e6)
	return p, nil
}
